/** A certificate made here is one that a client verifies, and that no other name passes with. */
import assert from "node:assert/strict";
import { makeServerCertificate } from "../../lib/engine/certificate.ts";

Deno.test("a client that trusts the authority reaches the server by its addresses, and one that does not is refused", async () => {
  const { cert, key, ca } = await makeServerCertificate(["127.0.0.1", "localhost"]);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
    () => new Response("here"),
  );
  const trusting = Deno.createHttpClient({ caCerts: [ca] });
  const { port } = server.addr as Deno.NetAddr;
  try {
    for (const host of ["127.0.0.1", "localhost"]) {
      assert.equal(await (await fetch(`https://${host}:${port}/`, { client: trusting })).text(), "here");
    }
    await assert.rejects(
      fetch(`https://127.0.0.1:${port}/`),
      (error: Error) => /certificate|UnknownIssuer/.test(`${error.message} ${error.cause}`),
    );
  } finally {
    trusting.close();
    await server.shutdown();
  }
});
