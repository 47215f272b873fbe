/**
 * An engine for `restart_test.ts` to kill: starts on a data folder, creates what a file says, and runs until it is ended.
 * @module
 */
import { plainProcess } from "../../lib/engine/sandbox/process.ts";
import { startEngine } from "../../lib/engine/start.ts";

const [data = "", file = ""] = Deno.args;
const engine = await startEngine({ data, sandbox: plainProcess(), jobs: 2 });
for (const object of JSON.parse(await Deno.readTextFile(file))) engine.store.create(object, "default");
console.log("ready");
