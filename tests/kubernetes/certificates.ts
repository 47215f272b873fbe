/** Certificates for a test, made by openssl: an authority, a server for 127.0.0.1 and ::1, clients. */
export interface Authority {
  /** PEM of the authority. */
  readonly ca: string;
  /** A certificate signed by it. */
  issue(options: { readonly name: string; readonly hosts?: string; readonly key?: "ec" | "rsa" | "sec1" }): Promise<{
    readonly cert: string;
    readonly key: string;
  }>;
}

/** Makes an authority in a folder. */
export async function makeAuthority(folder: string): Promise<Authority> {
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const caFiles = ["-keyout", `${folder}/ca.key`, "-out", `${folder}/ca.crt`];
  await openssl("req", "-x509", ...ec, "-nodes", ...caFiles, "-days", "2", "-subj", "/CN=test authority");
  const ca = await Deno.readTextFile(`${folder}/ca.crt`);
  let serial = 1;
  return {
    ca,
    async issue({ name, hosts = "IP:127.0.0.1,IP:::1", key = "ec" }) {
      const base = `${folder}/${name}-${serial}`;
      const kind = key === "rsa" ? ["-newkey", "rsa:2048"] : ec;
      const subject = ["-subj", `/O=testers/CN=${name}`, "-addext", `subjectAltName=${hosts}`];
      await openssl("req", ...kind, "-nodes", "-keyout", `${base}.key`, "-out", `${base}.csr`, ...subject);
      const signer = ["-CA", `${folder}/ca.crt`, "-CAkey", `${folder}/ca.key`, "-set_serial", String(++serial)];
      const out = ["-days", "2", "-copy_extensions", "copy", "-out", `${base}.crt`];
      await openssl("x509", "-req", "-in", `${base}.csr`, ...signer, ...out);
      // The form that `openssl ecparam -genkey` and older tools write: BEGIN EC PRIVATE KEY.
      if (key === "sec1") await openssl("ec", "-in", `${base}.key`, "-out", `${base}.key`);
      return { cert: await Deno.readTextFile(`${base}.crt`), key: await Deno.readTextFile(`${base}.key`) };
    },
  };
}

/** A self-signed certificate for 127.0.0.1, its own authority. */
export async function selfSigned(folder: string): Promise<{ cert: string; key: string }> {
  const files = ["-keyout", `${folder}/self.key`, "-out", `${folder}/self.crt`];
  const subject = ["-subj", "/CN=self", "-addext", "subjectAltName=IP:127.0.0.1"];
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  await openssl("req", "-x509", ...ec, "-nodes", ...files, "-days", "2", ...subject);
  return { cert: await Deno.readTextFile(`${folder}/self.crt`), key: await Deno.readTextFile(`${folder}/self.key`) };
}

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, stdout: "null", stderr: "piped" }).output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
