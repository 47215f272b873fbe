import assert from "node:assert/strict";
import { createMasker, replacement, valueRule } from "../../lib/secrets/mask.ts";
import { encodedForms, secretValues } from "../../lib/secrets/values.ts";

const mark = replacement(valueRule);
const password = "k3x9wq7m" + "zt5vb2nh";
const mask = (secret: string, text: string) => createMasker({ values: secretValues(secret), rules: false }).mask(text);

Deno.test("of a dockerconfigjson, auth, the pair and the password are values, user and host are not", () => {
  const auth = btoa(`org+robot:${password}`);
  const secret = JSON.stringify({
    auths: {
      "quay.io/org": { auth, email: "me@example.com" },
      "registry.example.com": { username: "someuser", password: "another-password", identitytoken: "identity-token" },
    },
    HttpHeaders: { "X-Meta": "header-secret" },
    credHelpers: { "gcr.io": "gcloud" },
  });
  const values = secretValues(secret);
  for (
    const value of [auth, `org+robot:${password}`, password, "another-password", "identity-token", "header-secret"]
  ) {
    assert.ok(values.includes(value), `${value} is missing`);
  }
  for (const value of ["quay.io/org", "someuser", "org+robot", "me@example.com", "gcloud"]) {
    assert.equal(values.includes(value), false, `${value} is no secret`);
  }
  assert.equal(
    mask(secret, `pushing to quay.io/org as org+robot with ${password}`),
    `pushing to quay.io/org as org+robot with ${mark}`,
  );
  assert.equal(mask(secret, btoa(secret)).includes(auth), false);
});

Deno.test("an auth that is no base64 is a value all the same", () => {
  assert.ok(secretValues('{"auths":{"x.io":{"auth":"%%%%%%%%"}}}').includes("%%%%%%%%"));
});

Deno.test("of a kubeconfig in YAML, tokens, passwords and keys are values, names and servers are not", () => {
  const values = secretValues(
    [
      "apiVersion: v1",
      "clusters:",
      "- cluster: {server: https://api.example.com:6443}",
      "  name: production",
      "users:",
      "- name: developer",
      "  user:",
      `    token: "${password}"`,
      "    client-key-data: TFMwdExTMUNSVWRKVGlCUQ==",
    ].join("\n"),
  );
  assert.ok(values.includes(password));
  assert.ok(values.includes("TFMwdExTMUNSVWRKVGlCUQ=="));
  for (const value of ["v1", "production", "developer", "apiVersion: v1"]) assert.equal(values.includes(value), false);
});

Deno.test("of NAME=value lines, .netrc and URLs, the secrets are values", () => {
  assert.ok(secretValues(`export API_TOKEN='${password}'\nREGION=eu-west-1-somewhere\n`).includes(password));
  assert.equal(secretValues(`export API_TOKEN='${password}'\nREGION=eu west 1\n`).includes("eu west 1"), false);
  assert.ok(secretValues(`machine example.com\nlogin me\npassword ${password}\n`).includes(password));
  const [plain, encoded] = ["p@ss/" + password, encodeURIComponent("p@ss/" + password)];
  const values = secretValues(`https://me:${encoded}@git.example.com\nhttps://other.example.com\n`);
  assert.ok(values.includes(plain) && values.includes(encoded));
});

Deno.test("of a private key over several lines, each line is a value, its frame is not", () => {
  const lines = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ", "C7VJTUt9Us8cKjMzEfYyjiWA4R4yj9", "short=="];
  const key = ["-----BEGIN " + "PRIVATE KEY-----", ...lines, "-----END " + "PRIVATE KEY-----"].join("\n");
  for (const secret of [key, JSON.stringify({ private_key: key, client_email: "x@y.z" })]) {
    const values = secretValues(secret);
    assert.ok(values.includes(lines[0]!) && values.includes(lines[1]!));
    assert.equal(values.some((value) => value === lines[2] || value === "-----END " + "PRIVATE KEY-----"), false);
    // A log puts a time before each line.
    assert.equal(mask(secret, `12:00 ${lines[0]}\n12:01 ${lines[1]}`), `12:00 ${mark}\n12:01 ${mark}`);
  }
});

Deno.test("an opaque secret is one value, without the line end of its file", () => {
  assert.deepEqual(secretValues(`${password}\n`), [password]);
  assert.deepEqual(secretValues("short"), []);
  assert.deepEqual(secretValues("  \n"), []);
});

Deno.test("a value is found plain, URL-encoded, JSON-escaped, and as base64 wherever it stands in it", () => {
  const value = 'pa"ss&wörd/' + password;
  const masker = createMasker({ values: [value], rules: false });
  assert.equal(masker.mask(`x ${value} y`), `x ${mark} y`);
  assert.equal(masker.mask(`?q=${encodeURIComponent(value)}&r`), `?q=${mark}&r`);
  assert.equal(masker.mask(encodeURIComponent(value).replace(/%../g, (escape) => escape.toLowerCase())), mark);
  assert.equal(masker.mask(JSON.stringify({ a: value })), `{"a":"${mark}"}`);
  const bytes = new TextEncoder().encode(value);
  const encode = (before: string, behind: string) =>
    new Uint8Array([...new TextEncoder().encode(before), ...bytes, ...new TextEncoder().encode(behind)]).toBase64();
  for (const before of ["", "a", "ab", "abc", "user:"]) {
    for (const behind of ["", "z", "zz"]) {
      const masked = masker.mask(`<${encode(before, behind)}>`);
      // Nothing that holds bits of the value is left: only whole characters of what stands around it.
      assert.match(masked, /^<[A-Za-z0-9+/]*\[masked:secret-value\][A-Za-z0-9+/]*=*>$/);
      const [left = "", right = ""] = masked.slice(1, -1).split(mark);
      assert.ok(left.length <= Math.floor(before.length * 8 / 6), `${left} before the mark holds bits of the value`);
      const whole = right.replaceAll("=", "").length;
      assert.ok(whole <= Math.ceil(behind.length * 8 / 6), `${right} behind the mark holds bits of the value`);
      if (behind === "") assert.equal(right, "");
    }
  }
});

Deno.test("long values are looked for in pieces, so that a search holds back little", () => {
  const long = Array.from({ length: 900 }, (_, i) => `wörd${i}`).join("-");
  const forms = encodedForms([long]);
  assert.ok(forms.every((form) => form.bytes.length <= 3 * 1024));
  const masker = createMasker({ values: [long], rules: false });
  assert.equal(masker.mask(`<${long}>`), `<${mark}>`);
  assert.equal(masker.mask(`<${new Uint8Array(new TextEncoder().encode(long)).toBase64()}>`).length < 100, true);
});
