/**
 * A script too long for Tekton in a form that is not: compressed, with the few lines that unpack and run it. Brotli,
 * since its output is the same on every machine (zlib's depends on the processor) and Deno unpacks it without loading
 * anything. Pure; only for the generator.
 * @module
 */
import { brotliCompressSync, constants } from "node:zlib";

/** Characters of base64 in a line. */
const width = 116;

/**
 * The script, without a shebang, that unpacks and runs the code.
 * @param title what the code is, for the comment
 * @param twin name of the file beside the YAML that holds the code readable
 */
export function packScript(code: string, title: string, twin: string): string {
  const bytes = new TextEncoder().encode(code);
  const packed = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).toString("base64");
  const lines = packed.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  return `// ${title}: readable, it would be longer than Tekton can pass on.
// To read it, open ${twin} beside this YAML; generating it again shows that this is the same program.
const packed = \`
${lines.join("\n")}
\`;
const stream = new Blob([Uint8Array.fromBase64(packed)]).stream().pipeThrough(new DecompressionStream("brotli"));
const code = await new Response(stream).text();
// the code asks whether it is the program, which an imported module never is
const module = new Blob([code.replace("import.meta.main", "true")], { type: "text/javascript" });
await import(URL.createObjectURL(module));
`;
}
