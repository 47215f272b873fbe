/**
 * What a registry's refusal means: the status code and the error body of the distribution spec ("Error Codes") made
 * into an error for people.
 * @module
 */
import { parseRetryAfter } from "../streams/retry.ts";
import { OciError, type OciErrorCode } from "./error.ts";
import type { Exchange } from "./http.ts";

/** What is known besides the answer. */
export interface RefusalContext {
  /** What was being done. */
  readonly doing: string;
  /** What was shown, such as `the key quay.io/org of /home/me/.docker/config.json`. @default without credentials */
  readonly who?: string | undefined;
  /** Takes secrets out of what the registry says. @default identity */
  readonly redact?: ((text: string) => string) | undefined;
}

const byStatus: Readonly<Record<number, readonly [OciErrorCode, string]>> = {
  401: ["oci/unauthorized", "log in with an account that exists, or correct the credentials"],
  403: ["oci/forbidden", "give this account the right to do that in the repository, or use another one"],
  404: [
    "oci/not-found",
    "check the repository's name, the tag and the digest; a private repository may hide itself so",
  ],
  405: ["oci/unsupported", "the registry cannot do that, or does not allow it"],
  413: ["oci/too-large", "the registry or a proxy before it limits the size of a request: raise that limit"],
  429: ["oci/rate-limited", "wait and try again, or log in with an account with a higher limit"],
  501: ["oci/unsupported", "the registry cannot do that"],
};

/**
 * Reads the body of an answer that is not what was hoped for, and gives the error to throw. Whether another attempt
 * can help is in `details.retryable`: with 408, 425, 429 and 5xx.
 */
export async function refusal(exchange: Exchange, context: RefusalContext): Promise<OciError> {
  const { status, headers, url: { host } } = exchange;
  const body = await exchange.bytes(64 * 1024).catch(() => undefined);
  const { codes, message } = errorBody(body);
  const retryable = status === 408 || status === 425 || status === 429 ||
    (status >= 500 && status !== 501 && status !== 505);
  const digestRefused = codes.includes("DIGEST_INVALID");
  const [code, advice] = digestRefused
    ? ["oci/digest-mismatch", "the content was changed or damaged on its way: try again"] as const
    : byStatus[status] ??
      (status >= 500 || retryable
        ? ["oci/unavailable", "the registry has a fault: try again later, or ask its operators"] as const
        : ["oci/refused", "see what the registry says; if nothing is wrong here, ask its operators"] as const);
  const said = context.redact?.(message) ?? message;
  const who = status === 401 || status === 403 ? `; tried ${context.who ?? "without credentials"}` : "";
  return new OciError({
    code,
    doing: context.doing,
    why: `${host} answered ${status}${said === "" ? "" : ` (${said})`}${who}`,
    advice,
    details: {
      status,
      host,
      codes,
      ...(retryable && { retryable, retryAfterMs: parseRetryAfter(headers.get("retry-after")) }),
    },
  });
}

/** The codes and a short line of an error body; foreign text, so bounded and without control characters. */
function errorBody(body: Uint8Array | undefined): { readonly codes: readonly string[]; readonly message: string } {
  const text = new TextDecoder().decode(body ?? new Uint8Array());
  const clean = (value: unknown) =>
    // deno-lint-ignore no-control-regex
    typeof value === "string" ? value.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").trim().slice(0, 300) : "";
  try {
    const { errors } = JSON.parse(text);
    const list = (errors as { code?: unknown; message?: unknown }[]).slice(0, 5);
    return {
      codes: list.map(({ code }) => clean(code)),
      message: list.map(({ code, message }) => [clean(code), clean(message)].filter(Boolean).join(": ")).join("; "),
    };
  } catch {
    // Not a registry's error body: a proxy's page is of no use to a reader, a line of text is.
    return { codes: [], message: /^\s*</.test(text) ? "" : clean(text) };
  }
}
