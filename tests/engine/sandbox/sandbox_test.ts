/** Both sandboxes with real processes: exit codes, output in order, signals, and what a container cannot reach. */
import assert from "node:assert/strict";
import { bubblewrap, bubblewrapArguments, type HostFiles } from "../../../lib/engine/sandbox/bubblewrap.ts";
import { plainProcess } from "../../../lib/engine/sandbox/process.ts";
import type { ContainerSpec, Sandbox } from "../../../lib/engine/sandbox/sandbox.ts";

const bwrap = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/bwrap`)
  .find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

function shell(script: string, change: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name: "step-test",
    image: "none",
    argv: ["/bin/sh", "-c", script],
    env: { PATH: "/usr/bin:/bin" },
    workingDir: "/tmp",
    mounts: [],
    hostname: "run-pod",
    network: true,
    ...change,
  };
}

async function runIn(sandbox: Sandbox, spec: ContainerSpec): Promise<{ code: number; text: string }> {
  const container = await sandbox.start(spec);
  const text = await new Response(container.output).text();
  return { code: (await container.exit).code, text };
}

const sandboxes: { sandbox: Sandbox; ignore: boolean }[] = [
  { sandbox: plainProcess(), ignore: false },
  { sandbox: bubblewrap(bwrap ?? ""), ignore: bwrap === undefined },
];

for (const { sandbox, ignore } of sandboxes) {
  Deno.test({
    name: `${sandbox.name}: exit code, and stdout and stderr in the order written`,
    ignore,
    fn: async () => {
      const lines = "for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 7";
      const { code, text } = await runIn(sandbox, shell(lines));
      assert.equal(code, 7);
      assert.equal(text, "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
    },
  });

  Deno.test({
    name: `${sandbox.name}: SIGTERM reaches the program, which may end in its own way`,
    ignore,
    fn: async () => {
      const container = await sandbox.start(
        shell('trap "echo bye; exit 9" TERM; echo ready; while :; do sleep 0.05; done'),
      );
      const reader = container.output.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await reader.read()).value, "ready\n");
      container.kill("SIGTERM");
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
      assert.equal(rest, "bye\n");
      assert.equal((await container.exit).code, 9);
    },
  });

  Deno.test({
    name: `${sandbox.name}: SIGKILL ends children that ignore everything else`,
    ignore,
    fn: async () => {
      const container = await sandbox.start(shell('(trap "" TERM; echo child; sleep 600) & echo parent; wait'));
      const reader = container.output.pipeThrough(new TextDecoderStream()).getReader();
      for (let seen = ""; !(seen.includes("child") && seen.includes("parent"));) seen += (await reader.read()).value;
      container.kill("SIGKILL");
      while (!(await reader.read()).done); // the pipe closes only once every process that holds it is gone
      assert.equal((await container.exit).code, 137);
    },
  });
}

Deno.test({
  name: "bubblewrap: mounts are where the YAML says, and nothing outside of them can be written",
  ignore: bwrap === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/results`);
      const script = "pwd; id -u; hostname; echo 4 > /tekton/results/four; touch /usr/x /etc/x; " +
        `ls ${folder} 2>/dev/null; cat /etc/shadow; echo in > /etc/own/file; ls /etc/own /etc/hostname`;
      const { text } = await runIn(
        bubblewrap(bwrap!),
        shell(script, {
          workingDir: "/workspace/source",
          mounts: [
            { source: `${folder}/results`, target: "/tekton/results", readOnly: false },
            { source: folder, target: "/etc/own", readOnly: false },
          ],
        }),
      );
      assert.match(text, /^\/workspace\/source\n0\nrun-pod\n/);
      assert.match(text, /touch: cannot touch '\/usr\/x': Read-only file system/);
      assert.match(text, /\/etc\/own:\nfile\nresults\n/);
      assert.equal(await Deno.readTextFile(`${folder}/results/four`), "4\n");
      await assert.rejects(Deno.lstat("/etc/own"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "bubblewrap: a killed engine leaves no process behind",
  ignore: bwrap === undefined,
  fn: async () => {
    const container = await bubblewrap(bwrap!).start(shell("echo $$; sleep 600"));
    const reader = container.output.getReader();
    await reader.read();
    Deno.kill(container.pid, "SIGKILL"); // bwrap alone, not its group
    while (!(await reader.read()).done);
    assert.equal((await container.exit).signal, "SIGKILL");
  },
});

Deno.test("bubblewrap: a folder is taken apart only where a mount's target does not exist in it", () => {
  const tree: Record<string, string[]> = { "/": ["usr", "etc"], "/etc": ["ssl", "hosts"], "/etc/ssl": ["certs"] };
  const files: HostFiles = {
    list: (path) =>
      (tree[path] ?? []).map((name) => ({ name, kind: name === "hosts" ? "file" as const : "directory" as const })),
    exists: (path) => ["/usr", "/etc", "/etc/ssl", "/etc/ssl/certs", "/etc/hosts"].includes(path),
  };
  const at = (target: string) =>
    bubblewrapArguments(shell("", { mounts: [{ source: "/v", target, readOnly: true }] }), files).join(" ");
  assert.match(at("/etc/ssl/certs"), /--ro-bind-try \/etc \/etc .*--ro-bind \/v \/etc\/ssl\/certs/);
  assert.match(
    at("/etc/ssl/own/ca.pem"),
    /--tmpfs \/etc --tmpfs \/etc\/ssl --ro-bind-try \/etc\/ssl\/certs \/etc\/ssl\/certs --ro-bind-try \/etc\/hosts \/etc\/hosts .*--ro-bind \/v \/etc\/ssl\/own\/ca\.pem/,
  );
});
