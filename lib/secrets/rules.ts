/**
 * What secrets look like: the audited set of rules. Descriptions, examples and near misses are in catalog.ts, so that a
 * Task's script does not carry them.
 * @module
 */
import {
  base64,
  decoded,
  encodedText,
  infix,
  isPlaceholder,
  named,
  quoting,
  type Rule,
  runEnd,
  set,
  startsToken,
  startsWith,
  textOf,
  token,
  valueStart,
} from "./shapes.ts";

const upperOrDigit = set("A-Z0-9");
const lowerHex = set("0-9a-f");
const alphanumeric = set("A-Za-z0-9");
const word = set("A-Za-z0-9_");
const base64url = set("A-Za-z0-9_-");
const base64OrEscape = set("A-Za-z0-9+/=%_-");
const jwtCharacters = set("A-Za-z0-9_.=-");
const pemBody = set("A-Za-z0-9+/=\\\r\n");
const pemLabel = set("A-Z0-9 ");
const dash = set("-");
const digits = set("0-9");
const letters = set("A-Za-z");
const blank = set(" \t");
/** What a credential without quotes is made of. */
const opaque = set("!#-&(-+--:<-[^-z|~");

const pemReach = 16 * 1024;

/** `-----BEGIN … PRIVATE KEY-----` to its end, also with `\n` for line ends, or with a time before each line. */
const privateKey: Rule = {
  id: "private-key",
  anchors: ["-----BEGIN "],
  reach: pemReach,
  match(bytes, at, after, end) {
    const label = runEnd(bytes, after, Math.min(end, after + 48), pemLabel);
    if (!/PRIVATE KEY( BLOCK)?$/.test(textOf(bytes, after, label))) return undefined;
    const body = runEnd(bytes, label, Math.min(end, label + 5), dash);
    if (body !== label + 5) return undefined;
    // Source code that mentions the words has no body: a long run must follow, soon. What stands between the runs is
    // line ends, escaped ones too, or the time that each line of a log begins with.
    let lastLong = -1;
    let marker = -1;
    for (let i = body; i < end; i++) {
      if (bytes[i] === 0x2d && startsWith(bytes, i, end, "-----")) {
        if (startsWith(bytes, i, end, "-----END ")) marker = i + 9;
        if (marker > 0 || startsWith(bytes, i, end, "-----BEGIN ")) break;
      }
      const run = runEnd(bytes, i, end, base64);
      if (run - i >= 40) lastLong = run;
      if (run > i) i = run - 1;
      if (i - Math.max(lastLong, body) > (lastLong < 0 ? 512 : 128)) {
        if (lastLong < 0) return undefined;
        // Cut off: the runs have ended, and no end came with them.
        break;
      }
    }
    if (lastLong < 0) return undefined;
    if (marker < 0) return { from: at, to: runEnd(bytes, lastLong, end, pemBody), run: pemBody };
    marker = runEnd(bytes, marker, Math.min(end, marker + 64), pemLabel);
    return { from: at, to: runEnd(bytes, marker, Math.min(end, marker + 5), dash) };
  },
};

/** Header and payload that are JSON objects, and a signature. */
const jwt: Rule = {
  id: "jwt",
  // {" and the first letter of the names that a header may begin with: alg, b64, cty, enc, iss, jku, kid, typ, x5t, zip.
  anchors: ["eyJh", "eyJi", "eyJj", "eyJl", "eyJp", "eyJq", "eyJr", "eyJ0", "eyJ4", "eyJ6"],
  reach: 2048,
  match(bytes, at, after, end) {
    if (!startsToken(bytes, at, base64url)) return undefined;
    const dot = runEnd(bytes, after, Math.min(end, at + 1900), base64url);
    if (dot - at < 15 || bytes[dot] !== 0x2e || textOf(bytes, dot + 1, Math.min(end, dot + 4)) !== "eyJ") {
      return undefined;
    }
    const to = runEnd(bytes, dot + 1, end, jwtCharacters);
    return to - dot > 10 ? { from: at, to, run: jwtCharacters } : undefined;
  },
};

/** `"auth": "…"`: base64 of user and password. */
const registryAuth: Rule = {
  id: "dockerconfigjson-auth",
  anchors: ['"auth"', '"auth\\'],
  reach: 600,
  match(bytes, _at, after, end) {
    const from = valueStart(bytes, after, end);
    if (from < 0) return undefined;
    const to = runEnd(bytes, from, end, base64);
    if (to - from < 8 || !decoded(textOf(bytes, from, to)).includes(":")) return undefined;
    return { from, to, run: base64 };
  },
};

/** A JSON string whose name says that it is secret. */
const jsonPassword: Rule = {
  id: "json-password",
  anchors: [
    "assword",
    "passwd",
    "identitytoken",
    "registrytoken",
    "client_secret",
    "clientSecret",
    "access_token",
    "refresh_token",
    "id_token",
  ].flatMap((name) => [`${name}"`, `${name}\\`]),
  reach: 512,
  match(bytes, _at, after, end) {
    const from = valueStart(bytes, after, end);
    if (from < 0 || bytes[from - 1] !== 0x22) return undefined;
    let to = from;
    // An escaped quote belongs to the value, unless the quotes around it are escaped as well.
    const escaped = bytes[from - 2] === 0x5c;
    while (to < end && bytes[to] !== 0x22 && bytes[to] !== 0x0a) {
      if (bytes[to] === 0x5c) {
        if (escaped && bytes[to + 1] === 0x22) break;
        to++;
      }
      to++;
    }
    to = Math.min(to, end);
    return to - from >= 6 && !isPlaceholder(bytes, from, to) ? { from, to } : undefined;
  },
};

/** `token: …` of a kubeconfig, also as JSON. */
const kubeconfigToken: Rule = {
  id: "kubeconfig-token",
  anchors: ["token: ", 'token":', 'token\\":', "token':"],
  reach: 160,
  match(bytes, at, after, end) {
    const before = bytes[at - 1];
    if (before !== undefined && (base64url[before] === 1 || before === 0x2e)) return undefined;
    const from = runEnd(bytes, after, Math.min(end, after + 8), quoting);
    const to = runEnd(bytes, from, Math.min(end, from + 128), jwtCharacters);
    if (to - from < 20 || isPlaceholder(bytes, from, to)) return undefined;
    let kinds = 0;
    for (let i = from; i < to; i++) kinds |= digits[bytes[i]!] === 1 ? 1 : letters[bytes[i]!] === 1 ? 2 : 0;
    return kinds === 3 ? { from, to, run: jwtCharacters } : undefined;
  },
};

/** The password of `scheme://user:password@host`. */
const urlPassword: Rule = {
  id: "url-password",
  anchors: [..."abcdefghijklmnopqrstuvwxyz"].map((letter) => `${letter}://`).concat(":\\/\\/"),
  reach: 512,
  match(bytes, _at, after, end) {
    let colon = -1;
    let sign = -1;
    for (let i = after; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === 0x3a && colon < 0) colon = i;
      else if (byte === 0x40) sign = i;
      else if (byte <= 0x20 || byte === 0x7f || authorityEnd[byte] === 1) break;
    }
    if (colon < 0 || sign < colon + 2 || isPlaceholder(bytes, colon + 1, sign)) return undefined;
    return { from: colon + 1, to: sign };
  },
};
const authorityEnd = set("/?#\"'<>\\`|^,");

/** The credential of an `Authorization` header, however it was written down. */
const authorizationHeader: Rule = {
  id: "authorization-header",
  anchors: ["uthorization", "UTHORIZATION"],
  reach: 256,
  match(bytes, _at, after, end) {
    const value = valueStart(bytes, after, end);
    if (value < 0) return undefined;
    const schemeEnd = runEnd(bytes, value, Math.min(end, value + 16), letters);
    const known = ["bearer", "basic", "token"].includes(textOf(bytes, value, schemeEnd).toLowerCase());
    const from = known ? runEnd(bytes, schemeEnd, Math.min(end, schemeEnd + 4), blank) : value;
    if (known && from === schemeEnd) return undefined;
    const to = runEnd(bytes, from, end, opaque);
    // Without a scheme it must be long, or every "authorization: failed" would be one.
    if (to - from < (known ? 6 : 24) || isPlaceholder(bytes, from, to)) return undefined;
    return { from, to, run: opaque };
  },
};

/** The password on the command line of `docker login` and its kin. */
const loginPassword: Rule = {
  id: "registry-login-password",
  anchors: [" login "],
  reach: 512,
  match(bytes, _at, after, end) {
    for (let i = after - 1; i < end && bytes[i] !== 0x0a; i++) {
      if (bytes[i] !== 0x20 || bytes[i + 1] !== 0x2d) continue;
      const option = /^ (?:-p|--password)[= ]?["']?/.exec(textOf(bytes, i, Math.min(end, i + 16)))?.[0];
      if (option === undefined) continue;
      const from = i + option.length;
      const to = runEnd(bytes, from, end, opaque);
      // --password-stdin holds none.
      if (to - from >= 6 && bytes[from] !== 0x2d && !isPlaceholder(bytes, from, to)) return { from, to, run: opaque };
    }
    return undefined;
  },
};

/** Beginnings that are too short to search for, each with every character that a token goes on with. */
function followed(beginnings: readonly string[]): string[] {
  const next = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~_.-";
  return beginnings.flatMap((text) => [...next].map((character) => text + character));
}

const azureCharacters = set("A-Za-z0-9~_.-");

/** Slack's address for posting into a channel, whose path is the secret. */
const slackWebhook: Rule = {
  id: "slack-webhook",
  anchors: ["hooks.slack.com/services/"],
  reach: 128,
  match(bytes, _at, after, end) {
    const to = runEnd(bytes, after, end, set("A-Za-z0-9/"));
    return to - after >= 30 ? { from: after, to } : undefined;
  },
};

/** All rules. Where two match at the same place, the longer match counts, then the earlier rule. */
export const rules: readonly Rule[] = [
  token("aws-access-key-id", ["AKIA", "ASIA", "ABIA", "ACCA"], upperOrDigit, 16),
  named("aws-secret-access-key", ["ecret_access_key", "ECRET_ACCESS_KEY", "ecretAccessKey"], base64, 40, 40),
  named("aws-session-token", ["ession_token", "ESSION_TOKEN", "essionToken"], base64, 64),
  token("google-api-key", ["AIza"], base64url, 35),
  token("google-oauth-token", ["ya29.", "GOCSPX-"], base64url, 24, 512),
  token("google-oauth-token", ["1//0"], base64url, 60, 512),
  infix("azure-client-secret", followed([..."0123456789"].map((digit) => `${digit}Q~`)), 3, azureCharacters, 30, 36),
  named("azure-storage-key", ["AccountKey", "SharedAccessKey"], base64, 40),
  named("azure-sas-signature", ["?sig", "&sig", "u0026sig", "&amp;sig"], base64OrEscape, 43),
  token("github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], alphanumeric, 36, 255),
  token("github-token", ["github_pat_"], word, 22, 255),
  token(
    "gitlab-token",
    ["pat", "dt", "rt", "cbt", "ptt", "ft", "soat", "imt", "agent", "oas", "ffct"].map((kind) => `gl${kind}-`),
    set("A-Za-z0-9_.-"),
    20,
    320,
  ),
  token("bitbucket-token", ["ATBB"], set("A-Za-z0-9_="), 24, 64),
  token("atlassian-token", ["ATATT3", "ATCTT3"], set("A-Za-z0-9_=-"), 60, 400),
  token("npm-token", ["npm_"], alphanumeric, 36),
  named("npmrc-auth", [":_authToken", ":_auth", ":_password"], opaque, 8),
  token("pypi-token", ["pypi-AgE"], base64url, 50, 512),
  token("docker-hub-token", ["dckr_pat_", "dckr_oat_"], base64url, 24, 64),
  loginPassword,
  token("openshift-token", ["sha256~"], base64url, 43),
  token(
    "slack-token",
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.", "xapp-"],
    set("A-Za-z0-9.-"),
    20,
    255,
  ),
  slackWebhook,
  token("vault-token", ["hvs.", "hvb.", "hvr."], base64url, 24, 300),
  infix("terraform-token", [".atlasv1."], 14, base64url, 60, 70),
  token("stripe-key", ["sk_live_", "rk_live_"], alphanumeric, 24, 255),
  token("openai-key", ["sk-proj-", "sk-svcacct-", "sk-ant-"], base64url, 40, 300),
  token("grafana-token", ["glsa_"], word, 41),
  token("sonarqube-token", ["squ_", "sqp_", "sqa_"], lowerHex, 40),
  token("digitalocean-token", ["dop_v1_", "doo_v1_", "dor_v1_"], lowerHex, 64),
  token("artifactory-token", ["AKCp"], alphanumeric, 69),
  token("age-secret-key", ["AGE-SECRET-KEY-1"], upperOrDigit, 58),
  privateKey,
  // base64 around what the rules above and below know, as in the data of a Kubernetes Secret or a kubeconfig.
  encodedText("private-key-base64", ["LS0tLS1CRUdJTi"], 80, "PRIVATE KEY"),
  encodedText("jwt-base64", ["ZXlKaGJHY2lPaU"], 100),
  encodedText(
    "dockerconfigjson-base64",
    ["eyJhdXRocyI6", "ewogICJhdXRocyI6", "ewoJImF1dGhzIjo", "ewogICAgImF1dGhzIjo"],
    40,
  ),
  jwt,
  registryAuth,
  jsonPassword,
  named("kubeconfig-client-key", ["client-key-data"], base64, 40),
  kubeconfigToken,
  urlPassword,
  authorizationHeader,
];
