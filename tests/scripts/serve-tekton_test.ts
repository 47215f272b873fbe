import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chooseSandbox, onPath } from "../../lib/engine/sandbox/choose.ts";
import { connect } from "../../lib/kubernetes/connect.ts";

const script = fileURLToPath(new URL("../../scripts/serve-tekton.ts", import.meta.url));
const permissions = ["read", "write", "net", "env", "run", "sys"].map((name) => `--allow-${name}`);

function command(args: readonly string[], allowed: readonly string[] = permissions): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...allowed, script, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

async function run(args: readonly string[], allowed?: readonly string[]) {
  const { code, stdout, stderr } = await command(args, allowed).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Starts the script; its first line is where the kubeconfig is. */
async function start(args: readonly string[]) {
  const process = command(args).spawn();
  const stderr = new Response(process.stderr).text();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.endsWith("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`it ended early: ${await stderr}`);
    line += value;
  }
  return {
    line: line.trimEnd(),
    async stop(signal: Deno.Signal) {
      process.kill(signal);
      const { code } = await process.status;
      await reader.cancel();
      return { code, stderr: await stderr };
    },
  };
}

Deno.test("--help needs no permission", async () => {
  const { code, stdout, stderr } = await run(["--help"], []);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /Example:\n {2}deno run/);
  assert.match(stdout, /Exit codes: .*2 wrong usage/);
});

Deno.test("wrong usage is one clear error, exit code 2 and nothing on stdout", async () => {
  const cases: [string[], RegExp][] = [
    [["--listen", "nowhere"], /--listen: "nowhere" is not a host and a port\n {2}write it like/],
    [["--listen", "0.0.0.0:0"], /0\.0\.0\.0 can be reached from other machines\n {2}add --allow-remote/],
    [["--jobs", "0"], /--jobs: "0" is not a whole number above 0\n/],
    [["--sandbox", "jail"], /Allowed choices are bubblewrap, process/],
    [["--sandbox", "process", "--no-network"], /the sandbox process cannot keep steps from it\n/],
    [["--sandbox", "process", "--kubeconfig", "/nowhere/at/all"], /\/nowhere\/at\/all cannot be written/],
  ];
  await Promise.all(cases.map(async ([args, wanted]) => {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, wanted);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }));
});

for (const [signal, wanted] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends it and what it runs, and removes the kubeconfig whose token is void`, async () => {
    const folder = await Deno.makeTempDir();
    const server = await start(["--data", folder, "--sandbox", "process", "--kubeconfig", `${folder}/config`]);
    const cluster = await connect({ kubeconfig: server.line });
    try {
      assert.equal(server.line, `${folder}/config`);
      assert.equal((await Deno.stat(server.line)).mode! & 0o777, 0o600);
      const pids = `${folder}/pid`;
      const script = `echo $$ > ${pids}.new; mv ${pids}.new ${pids}; sleep 600`;
      const spec = { taskSpec: { steps: [{ image: "none", script }] } };
      const body = { apiVersion: "tekton.dev/v1", kind: "TaskRun", metadata: { name: "long" }, spec };
      const answer = await cluster.request("/apis/tekton.dev/v1/namespaces/default/taskruns", {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
      assert.equal(answer.status, 201);
      await answer.body?.cancel();
      let pid = 0;
      while (pid === 0) {
        pid = Number(await Deno.readTextFile(pids).catch(() => "0"));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { code } = await server.stop(signal);
      assert.equal(code, wanted);
      assert.throws(() => Deno.kill(pid, "SIGCONT"), "the step is gone");
      await assert.rejects(Deno.stat(`${folder}/config`));
    } finally {
      cluster.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const kubectl = onPath("kubectl");
const tkn = onPath("tkn");

Deno.test(
  { name: "kubectl and tkn start a pipeline and read its logs", ignore: kubectl === undefined || tkn === undefined },
  async () => {
    const folder = await Deno.makeTempDir();
    const sandbox = (await chooseSandbox()).name;
    const server = await start(["--sandbox", sandbox, "--format", "json"]);
    const { kubeconfig } = JSON.parse(server.line);
    const call = async (program: string, ...args: string[]) => {
      const child = new Deno.Command(program, { args, env: { KUBECONFIG: kubeconfig, HOME: folder, NO_COLOR: "1" } });
      const { code, stdout, stderr } = await child.output();
      const text = new TextDecoder().decode(stdout);
      assert.equal(code, 0, text + new TextDecoder().decode(stderr));
      return text;
    };
    try {
      const pipeline = {
        apiVersion: "tekton.dev/v1",
        kind: "Pipeline",
        metadata: { name: "hello" },
        spec: {
          params: [{ name: "who", type: "string" }],
          tasks: [{
            name: "greet",
            taskSpec: { steps: [{ name: "say", image: "none", script: "echo hello $(params.who)" }] },
          }],
        },
      };
      await Deno.writeTextFile(`${folder}/pipeline.yaml`, JSON.stringify(pipeline));
      await call(kubectl!, "create", "-f", `${folder}/pipeline.yaml`);
      const log = await call(tkn!, "pipeline", "start", "hello", "--param", "who=world", "--showlog");
      assert.match(log, /\[greet : say\] hello world/);
      const wait = ["wait", "--for=condition=Succeeded", "--timeout=20s", "pipelinerun", "--all"];
      assert.match(await call(kubectl!, ...wait), /condition met/);
    } finally {
      await server.stop("SIGTERM");
      await Deno.remove(folder, { recursive: true });
    }
  },
);
