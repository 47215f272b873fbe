import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/serve-registry.ts", import.meta.url));
const permissions = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write"];

/** Runs the script to its end. */
async function run(args: readonly string[], allowed: readonly string[] = permissions) {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "--quiet", ...allowed, script, ...args] });
  const { code, stdout, stderr } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Starts the script and waits for the line on its stdout. */
async function start(args: readonly string[]) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, script, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
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
    pid: process.pid,
    async stop(signal: Deno.Signal = "SIGTERM") {
      process.kill(signal);
      const { code } = await process.status;
      await reader.cancel();
      return { code, stderr: await stderr };
    },
  };
}

Deno.test("--help needs no permission", async () => {
  const { code, stdout, stderr } = await run(["--help"], ["--no-prompt"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /Example:\n {2}deno run/);
  assert.match(stdout, /Exit codes: .*2 wrong usage/);
});

Deno.test("wrong usage is one clear error, exit code 2 and nothing on stdout", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/hashed`, "# users\nme:$2y$05$abc\n");
    await Deno.writeTextFile(`${dir}/users`, "me:secret-password\n");
    const cases: [string[], RegExp][] = [
      [["--listen", "nowhere"], /--listen: "nowhere" is not a host and a port\n {2}write it like/],
      [["--listen", "127.0.0.1:70000"], /is not a host and a port/],
      [["--listen", "0.0.0.0:0"], /0\.0\.0\.0 can be reached from other machines\n {2}add --allow-remote/],
      [["--lisen", "127.0.0.1:0"], /unknown option '--lisen'\n {2}Did you mean --listen/],
      [["--format", "yaml"], /Allowed choices are text, json/],
      [["--tls-cert", "x"], /certificate and key come together/],
      [["--anonymous-pull"], /--auth and --anonymous-pull need it/],
      [["--users", `${dir}/absent`], /absent cannot be read/],
      [["--users", `${dir}/hashed`], /line 2 holds a hash/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, message);
      assert.equal(/\n {4}at /.test(stderr), false, "no stack");
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a port that is taken is a failure that says so", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const { code, stderr } = await run(["--listen", `127.0.0.1:${listener.addr.port}`]);
    assert.equal(code, 1);
    assert.match(stderr, /another process listens there\n {2}take another port/);
  } finally {
    listener.close();
  }
});

Deno.test("it serves a folder, prints its address as data, and ends on a signal", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const first = await start(["--dir", dir]);
    assert.match(first.line, /^127\.0\.0\.1:\d+$/);
    const digest = `sha256:${createHash("sha256").update("hello").digest("hex")}`;
    const url = `http://${first.line}/v2/org/repo/blobs/uploads/?digest=${digest}`;
    const pushed = await fetch(url, { method: "POST", body: "hello" });
    await pushed.body?.cancel();
    assert.equal(pushed.status, 201);
    const stopped = await first.stop("SIGINT");
    assert.equal(stopped.code, 130, stopped.stderr);
    assert.match(stopped.stderr, /serving .* at http:/);

    const second = await start(["--dir", dir, "--format", "json", "--read-only", "--quiet"]);
    const { address, url: base, directory } = JSON.parse(second.line);
    assert.deepEqual([base, directory], [`http://${address}`, dir]);
    assert.equal(await (await fetch(`${base}/v2/org/repo/blobs/${digest}`)).text(), "hello");
    assert.deepEqual(await second.stop(), { code: 143, stderr: "" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("with --users it asks for a password", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "me:secret-password\r\n");
    const registry = await start(["--users", file, "--debug"]);
    const refused = await fetch(`http://${registry.line}/v2/`);
    await refused.body?.cancel();
    assert.equal(refused.headers.get("www-authenticate"), 'Basic realm="tasksmith-registry"');
    const authorization = `Basic ${btoa("me:secret-password")}`;
    const accepted = await fetch(`http://${registry.line}/v2/`, { headers: { authorization } });
    await accepted.body?.cancel();
    assert.deepEqual([refused.status, accepted.status], [401, 200]);
    const { stderr } = await registry.stop();
    assert.equal(stderr.includes("secret-password") || stderr.includes(btoa("me:secret-password")), false);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "memory does not grow with what is pushed and pulled",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const registry = await start(["--quiet"]);
    const peak = async () => {
      const status = await Deno.readTextFile(`/proc/${registry.pid}/status`);
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
    };
    try {
      const megabytes = 300;
      const chunk = new Uint8Array(1024 * 1024).map((_, i) => (i * 31) % 251);
      const hash = createHash("sha256");
      for (let i = 0; i < megabytes; i++) hash.update(chunk);
      const digest = `sha256:${hash.digest("hex")}`;
      const before = await peak();
      let sent = 0;
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (sent++ === megabytes) controller.close();
          else controller.enqueue(chunk.slice());
        },
      });
      const url = `http://${registry.line}/v2/r/blobs`;
      const pushed = await fetch(`${url}/uploads/?digest=${digest}`, { method: "POST", body });
      await pushed.body?.cancel();
      assert.equal(pushed.status, 201);
      const back = createHash("sha256");
      for await (const part of (await fetch(`${url}/${digest}`)).body!) back.update(part);
      assert.equal(`sha256:${back.digest("hex")}`, digest);
      const grown = await peak() - before;
      assert.ok(grown < 130, `the peak grew by ${grown.toFixed(0)} MB for ${megabytes} MB`);
    } finally {
      await registry.stop();
    }
  },
});
