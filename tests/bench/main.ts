#!/usr/bin/env -S deno run --allow-all
/**
 * Runs the benchmarks and prints their figures: `deno task bench [NAME…]`, NAME being a file of this folder.
 * @module
 */
import type { Row } from "./row.ts";

const here = new URL("./", import.meta.url);
const known = [...Deno.readDirSync(here)]
  .map((entry) => entry.name)
  .filter((name) => name.endsWith(".ts") && name !== "main.ts" && name !== "row.ts")
  .map((name) => name.slice(0, -3))
  .sort();

const names = Deno.args.length > 0 ? Deno.args : known;
for (const name of names) {
  if (!known.includes(name)) {
    console.error(`error: there is no benchmark ${name}\n  The benchmarks are: ${known.join(", ")}`);
    Deno.exit(2);
  }
}
const figure = (value: number) => value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
for (const name of names) {
  const { run } = await import(new URL(`${name}.ts`, here).href) as { run?: () => Promise<Row[]> };
  if (!run) continue;
  console.error(`${name} …`);
  for (const row of await run()) {
    const beside = row.ratio === undefined ? row.reference ?? "" : `${row.ratio.toFixed(2)} × ${row.reference ?? ""}`;
    console.log([name, row.name, `${figure(row.value)} ${row.unit}`, beside].join("\t"));
  }
}
