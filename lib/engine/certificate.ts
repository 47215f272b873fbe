/**
 * Certificates for an API that is served on this machine alone: an authority made for one engine, and a server
 * certificate it signed. Knows X.509 by way of a library, which is loaded when a certificate is made.
 * @module
 */

/** A server's certificate with its key, and the authority's certificate that clients trust. All PEM. */
export interface ServerCertificate {
  /** The server's certificate. */
  readonly cert: string;
  /** Its private key, PKCS 8. */
  readonly key: string;
  /** The certificate of the authority that signed it. */
  readonly ca: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/**
 * Makes a certificate for the addresses given, signed by an authority whose key is forgotten at once.
 * @param addresses host names and IP addresses that clients use: `["127.0.0.1", "localhost"]`
 * @param days how long it holds. @default 365
 */
export async function makeServerCertificate(
  addresses: readonly string[],
  days = 365,
  now: Date = new Date(),
): Promise<ServerCertificate> {
  const x509 = await import("@peculiar/x509");
  const generate = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
  const [authority, server] = [await generate(), await generate()];
  // a clock that is a little behind must not refuse a certificate made just now
  const notBefore = new Date(now.getTime() - 3_600_000);
  const notAfter = new Date(now.getTime() + days * 86_400_000);
  const serial = () =>
    [...crypto.getRandomValues(new Uint8Array(15))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${serial()}`,
    name: "CN=tasksmith engine authority",
    notBefore,
    notAfter,
    keys: authority,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: `01${serial()}`,
    subject: "CN=tasksmith engine",
    issuer: ca.subject,
    notBefore,
    notAfter,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        addresses.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" as const : "dns" as const, value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", server.privateKey));
  return { cert: cert.toString("pem"), ca: ca.toString("pem"), key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
}
