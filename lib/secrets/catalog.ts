/**
 * The rules for people: what each one finds, an example of it, and a text that comes close and must stay as it is. Kept
 * apart from the rules themselves, so that a Task's script does not carry it. Every example is put together when it is
 * asked for: no file of this repository holds anything that looks like a secret.
 * @module
 */

/** A text with a secret in it. */
export interface SecretExample {
  /** The text. */
  readonly text: string;
  /** The part of it that must not come out. */
  readonly secret: string;
}

/** What there is to know about one rule. */
export interface RuleEntry {
  /** What it finds. */
  readonly description: string;
  /** Texts in which it finds something. */
  readonly examples: () => readonly SecretExample[];
  /** Texts that come close, and in which nothing may be found. */
  readonly nearMisses: () => readonly string[];
}

const lower = "k3x9wq7mzt5vb2nhr8dcy4jgfp6s";
const mixed = "kX9wQ7mZt5Vb2NhR8dCy4JgFp6sA3eLuT1oYiPaSdGhKlZx";
const upper = "K3X7WQ2MZT5VB4NHRDCYJGFPSLUAEO6I";
const hex = "0f9e8d7c6b5a49382716a5b4c3d2e1f0";

/** `length` characters of a sample. */
function take(sample: string, length: number): string {
  return sample.repeat(Math.ceil(length / sample.length)).slice(0, length);
}

/** A prefix and so many characters, standing in a line. */
function inLine(prefix: string, sample: string, length: number): SecretExample {
  const secret = prefix + take(sample, length);
  return { text: `using ${secret} from the environment`, secret };
}

function around(before: string, secret: string, behind = ""): SecretExample {
  return { text: before + secret + behind, secret };
}

function encoded(text: string): string {
  return btoa(text);
}

function pem(label: string, eol = "\n"): string {
  const lines = [take(mixed, 64), take(mixed.slice(3), 64), take(mixed.slice(9), 64), `${take(mixed, 30)}==`];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join(eol);
}

function jsonWebToken(): string {
  const part = (value: unknown) => encoded(JSON.stringify(value)).replaceAll("=", "");
  return `${part({ alg: "RS256", kid: "k1" })}.${part({ iss: "kubernetes", sub: "ns:app" })}.${take(mixed, 86)}`;
}

/** What there is to know about every rule, by its id. */
export const ruleCatalog: Readonly<Record<string, RuleEntry>> = {
  "aws-access-key-id": {
    description: "AWS access key ids, long-lived and temporary",
    examples: () => [inLine("AK" + "IA", upper, 16), inLine("AS" + "IA", upper, 16)],
    nearMisses: () => ["AK" + "IA" + take(upper, 15), "MAK" + "IA" + take(upper, 16), "ASIA and EUROPE"],
  },
  "aws-secret-access-key": {
    description: "AWS secret access keys, by the name before them",
    examples: () => [
      around("aws_secret_access_key = ", take(mixed, 38) + "/+"),
      around('{"SecretAccessKey": "', take(mixed, 40), '"}'),
      around("AWS_SECRET_ACCESS_KEY=", take(mixed, 40), "\n"),
    ],
    nearMisses: () => [
      "aws_secret_access_key = $AWS_SECRET",
      `AWS_SECRET_ACCESS_KEY=${take(mixed, 39)}`,
      `commit ${take(hex, 40)} drops aws_secret_access_key`,
    ],
  },
  "aws-session-token": {
    description: "AWS session tokens, by the name before them",
    examples: () => [around("AWS_SESSION_TOKEN=", take(mixed, 300) + "==", " aws s3 ls")],
    nearMisses: () => ["aws_session_token: not set", "session_token=abc"],
  },
  "google-api-key": {
    description: "Google API keys",
    examples: () => [inLine("AI" + "za", mixed, 35)],
    nearMisses: () => ["AI" + "za" + take(mixed, 34), "AI" + "za" + take(mixed, 36)],
  },
  "google-oauth-token": {
    description: "Google OAuth access and refresh tokens, and client secrets",
    examples: () => [
      inLine("ya" + "29.", mixed, 120),
      inLine("GOC" + "SPX-", mixed, 28),
      inLine("1/" + "/0", mixed, 90),
    ],
    nearMisses: () => ["ya" + "29.short", "see 1//0/index.html", "GOC" + "SPX-abc"],
  },
  "azure-client-secret": {
    description: "client secrets of Entra ID (Azure AD) applications",
    examples: () => [inLine("k3x8" + "Q~", mixed, 34)],
    nearMisses: () => ["k3x8" + "Q~" + take(mixed, 12), "8" + "Q~ratio"],
  },
  "azure-storage-key": {
    description: "keys in Azure connection strings",
    examples: () => [around("AccountName=x;AccountKey=", take(mixed, 86) + "==", ";EndpointSuffix=core.windows.net")],
    nearMisses: () => ["AccountKey=<from the portal>", "AccountKey=;EndpointSuffix=core.windows.net"],
  },
  "azure-sas-signature": {
    description: "signatures of Azure shared access URLs",
    examples: () => [around("https://x.blob.core.windows.net/c/b?sv=2022&sig=", take(mixed, 43) + "%3D", "&se=2026")],
    nearMisses: () => ["https://x.example.com/?design=1&sig=short"],
  },
  "github-token": {
    description: "GitHub tokens: personal (classic and fine-grained), OAuth, app, refresh",
    examples: () => [
      inLine("gh" + "p_", mixed, 36),
      inLine("gh" + "s_", mixed, 36),
      inLine("github" + "_pat_", mixed, 82),
      around("https://x-access-token:", "gh" + "o_" + take(mixed, 36), "@github.com/org/repo"),
    ],
    nearMisses: () => ["gh" + "p_" + take(mixed, 35), "graph_gh" + "p_node", "github" + "_pat_format"],
  },
  "gitlab-token": {
    description: "GitLab tokens: personal, project, deploy, runner, job and others",
    examples: () => [inLine("gl" + "pat-", mixed, 20), inLine("gl" + "rt-", mixed, 20)],
    nearMisses: () => ["gl" + "pat-example", "gl" + "rt-x"],
  },
  "bitbucket-token": {
    description: "Bitbucket app passwords and access tokens",
    examples: () => [inLine("AT" + "BB", mixed, 32)],
    nearMisses: () => ["AT" + "BB" + take(mixed, 12)],
  },
  "atlassian-token": {
    description: "Atlassian API tokens, which Bitbucket takes as well",
    examples: () => [inLine("ATA" + "TT3", mixed, 180)],
    nearMisses: () => ["ATA" + "TT3" + take(mixed, 20)],
  },
  "npm-token": {
    description: "npm access tokens",
    examples: () => [inLine("np" + "m_", mixed, 36)],
    nearMisses: () => [
      "npm_config_registry=https://registry.example.com",
      "npm_lifecycle_event=test",
      "np" + "m_" + take(mixed, 37),
    ],
  },
  "npmrc-auth": {
    description: "credentials in an .npmrc",
    examples: () => [
      around("//registry.example.com/:_authToken=", take(lower, 32), "\n"),
      around("//registry.example.com/:_password=", take(mixed, 16) + "==", "\n"),
    ],
    nearMisses: () => [
      "//registry.example.com/:_authToken=${NPM_TOKEN}",
      "//registry.example.com/:_authToken=$NPM_TOKEN_OF_CI",
      "//registry.example.com/:_password=************",
      "//registry.example.com/:_authToken=",
    ],
  },
  "pypi-token": {
    description: "PyPI upload tokens",
    examples: () => [inLine("pypi" + "-AgE", mixed, 150)],
    nearMisses: () => ["pypi" + "-AgE", "pypi-agent"],
  },
  "docker-hub-token": {
    description: "Docker Hub personal and organization access tokens",
    examples: () => [inLine("dckr" + "_pat_", mixed, 27), inLine("dckr" + "_oat_", mixed, 32)],
    nearMisses: () => ["dckr" + "_pat_short"],
  },
  "registry-login-password": {
    description:
      "the password on the command line of docker, podman, oras or crane login: robot tokens of Quay, for one",
    examples: () => [
      around('docker login -u="org+robot" -p="', take(upper, 64), '" quay.io'),
      around("podman login quay.io --username org+robot --password ", take(upper, 64), "\n"),
    ],
    nearMisses: () => [
      "docker login -u org+robot --password-stdin quay.io",
      "docker login -u org+robot -p $TOKEN quay.io",
      "docker login -u org+robot -p *** quay.io",
    ],
  },
  "openshift-token": {
    description: "OpenShift OAuth tokens",
    examples: () => [inLine("sha" + "256~", mixed, 43)],
    nearMisses: () => [`sha256:${take(hex, 64)}`, "sha" + "256~" + take(mixed, 42)],
  },
  "slack-token": {
    description: "Slack bot, user, app and refresh tokens",
    examples: () => [inLine("xox" + "b-", "123456789012-", 40), inLine("xa" + "pp-", "1-A0123-", 60)],
    nearMisses: () => ["xox" + "b-12", "the xa" + "pp-store"],
  },
  "slack-webhook": {
    description: "the secret path of a Slack webhook",
    examples: () => [
      around("https://hooks.slack" + ".com/services/", `T0${take(upper, 9)}/B0${take(upper, 9)}/${take(mixed, 24)}`),
    ],
    nearMisses: () => ["https://hooks.slack" + ".com/services/T00/B00"],
  },
  "vault-token": {
    description: "HashiCorp Vault tokens",
    examples: () => [inLine("hv" + "s.", mixed, 90)],
    nearMisses: () => ["hv" + "s.example.com"],
  },
  "terraform-token": {
    description: "HCP Terraform API tokens",
    examples: () => [inLine(take(mixed, 14) + ".atlas" + "v1.", mixed, 67)],
    nearMisses: () => ["x.atlas" + "v1.y"],
  },
  "stripe-key": {
    description: "Stripe live keys",
    examples: () => [inLine("sk" + "_live_", mixed, 24)],
    nearMisses: () => ["sk_test_" + take(mixed, 24), "task" + "_live_" + take(mixed, 24)],
  },
  "openai-key": {
    description: "API keys of OpenAI and Anthropic",
    examples: () => [inLine("sk" + "-proj-", mixed, 100), inLine("sk" + "-ant-", mixed, 90)],
    nearMisses: () => ["sk" + "-proj-template", "task" + "-ant-build"],
  },
  "grafana-token": {
    description: "Grafana service account tokens",
    examples: () => [inLine("gl" + "sa_", `${take(mixed, 32)}_${take(hex, 8)}`, 41)],
    nearMisses: () => ["gl" + "sa_config"],
  },
  "sonarqube-token": {
    description: "SonarQube tokens",
    examples: () => [inLine("sq" + "u_", hex, 40)],
    nearMisses: () => ["sq" + "u_" + take(hex, 39), "my_sq" + "p_value"],
  },
  "digitalocean-token": {
    description: "DigitalOcean tokens",
    examples: () => [inLine("dop" + "_v1_", hex, 64)],
    nearMisses: () => ["dop" + "_v1_" + take(hex, 20)],
  },
  "artifactory-token": {
    description: "JFrog Artifactory API keys",
    examples: () => [inLine("AK" + "Cp", mixed, 69)],
    nearMisses: () => ["AK" + "Cp" + take(mixed, 30)],
  },
  "age-secret-key": {
    description: "age identities",
    examples: () => [inLine("AGE-SECRET" + "-KEY-1", upper, 58)],
    nearMisses: () => ["AGE-SECRET" + "-KEY-1..."],
  },
  "private-key": {
    description:
      "private keys in PEM of any kind: also with \\n for line ends, with a time before each line, or cut off",
    examples: () => [
      around("key:\n", pem("PRIVATE" + " KEY"), "\ndone"),
      around("", pem("OPENSSH PRIVATE" + " KEY"), ""),
      around('{"private_key":"', pem("RSA PRIVATE" + " KEY", "\\n"), '\\n"}'),
      around("", pem("ENCRYPTED SIGSTORE PRIVATE" + " KEY", "\r\n"), "\r\n"),
      around("", pem("PGP PRIVATE" + " KEY BLOCK")),
      around("2026-01-02T03:04:05Z ", pem("EC PRIVATE" + " KEY", "\n2026-01-02T03:04:05Z "), "\n"),
      around("", pem("PRIVATE" + " KEY").slice(0, 180), " (cut)"),
    ],
    nearMisses: () => [
      pem("CERTIFICATE"),
      pem("PUBLIC" + " KEY"),
      'if (text.includes("-----BEGIN ' + 'PRIVATE KEY-----")) throw new Error("a key");',
      "-----BEGIN " + "PRIVATE KEY-----\n-----END " + "PRIVATE KEY-----",
    ],
  },
  "private-key-base64": {
    description: "private keys in PEM, base64-encoded: tls.key of a Secret, client-key-data",
    examples: () => [around("  tls.key: ", encoded(pem("RSA PRIVATE" + " KEY")), "\n")],
    nearMisses: () => [`  tls.crt: ${encoded(pem("CERTIFICATE"))}\n`],
  },
  "jwt-base64": {
    description: "JSON Web Tokens, base64-encoded once more: token of a Secret",
    examples: () => [around("  sa.jwt: ", encoded(jsonWebToken()), "\n")],
    nearMisses: () => [encoded("eyJhbGciOi" + "...")],
  },
  "dockerconfigjson-base64": {
    description: "a whole docker config.json, base64-encoded: .dockerconfigjson of a Secret",
    examples: () => [
      around(
        "  .dockerconfigjson: ",
        encoded(`{"auths":{"quay.io":{"auth":"${encoded("me:" + take(lower, 20))}"}}}`),
        "\n",
      ),
    ],
    nearMisses: () => [encoded('{"auths":{}}')],
  },
  "jwt": {
    description: "JSON Web Tokens: service account tokens, OIDC tokens, offline tokens",
    examples:
      () => [around("got ", jsonWebToken(), " for the service account"), around('"token":"', jsonWebToken(), '"')],
    nearMisses: () => [
      jsonWebToken().split(".")[0] ?? "",
      encoded('{"alg":"none"}') + ".txt",
      "module.eyJhbGciOi.index",
    ],
  },
  "dockerconfigjson-auth": {
    description: "auth of a docker config.json or podman auth.json",
    examples: () => [
      around('{"auths":{"quay.io":{"auth":"', encoded("me:" + take(lower, 20)), '"}}}'),
      around('{\\"auths\\":{\\"quay.io\\":{\\"auth\\": \\"', encoded("me:" + take(lower, 20)), '\\"}}}'),
    ],
    nearMisses:
      () => ['{"auth": "required"}', '{"auth": {"type": "none"}}', '"auth": "' + encoded("nothing of the kind") + '"'],
  },
  "json-password": {
    description: "JSON strings named password, client_secret, access_token, identitytoken and the like",
    examples: () => [
      around('{"username":"me","password":"', 'pa\\"ss ' + lower, '"}'),
      around('{\\"identitytoken\\":\\"', take(lower, 30), '\\"}'),
      around('"client_secret" : "', take(mixed, 30), '",'),
    ],
    nearMisses: () => [
      '{"password": ""}',
      '{"password": "string"}',
      '{"password": "********"}',
      '{"password": "${PASSWORD}"}',
      '{"password": {"type": "object"}}',
      'the field "password" is required',
    ],
  },
  "kubeconfig-client-key": {
    description: "client-key-data of a kubeconfig",
    examples: () => [around("    client-key-data: ", take(mixed, 400) + "==", "\n")],
    nearMisses: () => ["    client-key-data: null", "    client-certificate-data: " + take(mixed, 100)],
  },
  "kubeconfig-token": {
    description: "token of a kubeconfig's user",
    examples: () => [around("    token: ", take(lower, 40), "\n"), around('"token": "', `${lower}.${lower}`, '"')],
    nearMisses: () => [
      "    token: abc",
      "unexpected token: identifier",
      "    token: $(cat /var/run/secrets/token)",
      "    next_token: " + take(lower, 40),
    ],
  },
  "url-password": {
    description: "the password in a URL",
    examples: () => [
      around("git clone https://me:", take(lower, 12), "@git.example.com/org/repo"),
      around("redis://:", "p@ss" + lower, "@cache:6379/0"),
    ],
    nearMisses: () => [
      "https://registry.example.com:5000/v2/@scope/package",
      "ssh://git@github.com:22/org/repo",
      "https://me:${TOKEN}@git.example.com",
      "https://me:***@git.example.com",
      "docker://localhost:5000/org/repo@sha256:" + take(hex, 64),
    ],
  },
  "authorization-header": {
    description: "the credential of an Authorization header, in any spelling of a log",
    examples: () => [
      around("Authorization: Bearer ", take(lower, 30), "\r\n"),
      around('{"authorization":"Basic ', encoded("me:" + lower), '"}'),
      around("map[Authorization:[Bearer ", take(lower, 30), "]]"),
      around("curl -H 'Authorization: token ", take(lower, 40), "' https://example.com"),
      around("Proxy-Authorization: ", take(lower, 40), "\n"),
    ],
    nearMisses: () => [
      "authorization: failed",
      "Authorization: Bearer $TOKEN",
      "Authorization: Bearer <token>",
      "authorization is required for this registry",
    ],
  },
};

/** Texts that look random and are not secret: nothing may be found in any of them. */
export function publicTexts(): readonly string[] {
  return [
    `sha256:${take(hex, 64)}`,
    `quay.io/org/repo:v1@sha256:${take(hex, 64)}`,
    `commit ${take(hex, 40)}`,
    `${take(hex, 64)}  logs.tar.gz`,
    `"integrity": "sha512-${take(mixed, 86)}=="`,
    `golang.org/x/net v0.1.0 h1:${take(mixed, 43)}=`,
    "uid: 123e4567-e89b-12d3-a456-426614174000",
    `resourceVersion: "${take("1234567890", 9)}"`,
    `etag: "${take(hex, 32)}"`,
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${take(mixed, 48)} me@example.com`,
    `data: ${encoded("just some text that is encoded, again and again")}`,
    "2026-01-02T03:04:05.678901234Z step-build INFO pulled 12 layers in 3.4s (token bucket: 5/s)",
    "https://console.example.com/ns/x/pipelinerun/y?tab=logs#step",
    "password authentication failed for user me",
    "Pushing to ssh://git@git.example.com:22/org/repo.git",
  ];
}
