import assert from "node:assert/strict";
import { publicTexts, ruleCatalog } from "../../lib/secrets/catalog.ts";
import { createMasker, replacement } from "../../lib/secrets/mask.ts";
import { rules } from "../../lib/secrets/rules.ts";
import { minimumNeedleBytes } from "../../lib/secrets/search.ts";
import { lookBehind } from "../../lib/secrets/shapes.ts";

const ids = [...new Set(rules.map((rule) => rule.id))];

Deno.test("every rule is in the catalog, and the catalog holds nothing else", () => {
  assert.deepEqual(Object.keys(ruleCatalog).sort(), [...ids].sort());
});

for (const id of ids) {
  const entry = ruleCatalog[id]!;

  Deno.test(`${id} masks its examples`, () => {
    assert.ok(entry.examples().length > 0);
    for (const { text, secret } of entry.examples()) {
      const found = createMasker().scan(text);
      const masked = createMasker().mask(text);
      assert.equal(masked.includes(secret), false, `the secret is still there: ${masked}`);
      // What stands around it stays. Another rule may have had a hand in it, where two describe the same secret.
      const [before = "", behind = ""] = text.split(secret);
      assert.ok(masked.startsWith(before), `changed before the secret: ${masked}`);
      assert.ok(masked.endsWith(behind), `changed behind the secret: ${masked}`);
      assert.ok(found.length > 0);
    }
    const [first] = entry.examples();
    assert.ok(
      entry.examples().some(({ text }) => createMasker().scan(text).some(({ rule }) => rule === id)),
      `no example is found by this rule, but by ${JSON.stringify(createMasker().scan(first!.text))}`,
    );
  });

  Deno.test(`${id} leaves its near misses alone`, () => {
    assert.ok(entry.nearMisses().length > 0);
    for (const text of entry.nearMisses()) assert.equal(createMasker().mask(text), text);
  });

  Deno.test(`${id} finds its examples in the middle of other text, too`, () => {
    for (const { text, secret } of entry.examples()) {
      for (
        const [before, behind] of [["x\n", "\ny"], ['{"log":"a\\n', '\\n"}'], ["\u001b[0m", "\u001b[0m"], [" (", ") "]]
      ) {
        const masked = createMasker().mask(before + text + behind);
        assert.equal(masked.includes(secret), false, `between ${before} and ${behind}: ${masked}`);
      }
    }
  });
}

Deno.test("digests, commits, checksums, UUIDs and public keys are not masked", () => {
  for (const text of publicTexts()) assert.equal(createMasker().mask(text), text);
});

Deno.test("no public text hides a secret that follows it, or is touched by it", () => {
  for (const text of publicTexts()) {
    for (const { examples } of Object.values(ruleCatalog)) {
      for (const example of examples()) {
        const masked = createMasker().mask(`${text}\n${example.text}`);
        assert.ok(masked.startsWith(`${text}\n`), masked);
        assert.equal(masked.slice(text.length).includes(example.secret), false, masked);
      }
    }
  }
});

Deno.test("anchors are long enough to search for, and rules are bounded", () => {
  for (const rule of rules) {
    assert.ok(rule.anchors.length > 0);
    for (const anchor of rule.anchors) assert.ok(anchor.length >= minimumNeedleBytes, `${rule.id}: ${anchor}`);
    assert.ok(rule.reach <= 16 * 1024, rule.id);
    assert.ok(lookBehind <= 64);
  }
});

Deno.test("a rule decides by bytes inside its reach only", () => {
  const encoder = new TextEncoder();
  for (const rule of rules) {
    for (const { text } of ruleCatalog[rule.id]!.examples()) {
      for (const anchor of rule.anchors.filter((anchor) => text.includes(anchor))) {
        const at = encoder.encode(text.slice(0, text.indexOf(anchor))).length;
        const end = at + rule.reach;
        const ranges = [" ", "x", "-----END "].map((behind) => {
          const bytes = encoder.encode(text.slice(0, end).padEnd(end) + behind.repeat(500));
          return rule.match(bytes, at, at + anchor.length, end);
        });
        assert.deepEqual(ranges[1], ranges[0], rule.id);
        assert.deepEqual(ranges[2], ranges[0], rule.id);
        const [range] = ranges;
        assert.ok(range === undefined || (range.from >= at - lookBehind && range.to <= end), rule.id);
      }
    }
  }
});

Deno.test("a token is found behind an escape, too", () => {
  for (const { examples } of Object.values(ruleCatalog)) {
    for (const { text, secret } of examples()) {
      if (!text.startsWith("using ")) continue;
      for (const before of ["\\n", "\\t", "%3D", "%0A", "\u001b[31m", "\u001b[1;31m", '"', "=", "("]) {
        const masked = createMasker().mask(`${before}${secret}`);
        assert.equal(masked.includes(secret.slice(-12)), false, `behind ${JSON.stringify(before)}: ${masked}`);
      }
    }
  }
});

Deno.test("a private key that was cut off takes nothing along of what follows", () => {
  const key = ruleCatalog["private-key"]!.examples()[0]!.secret;
  const cut = key.slice(0, 200);
  const prose = "an ordinary line of a log, of no particular length\n".repeat(8);
  const mark = replacement("private-key");
  assert.equal(createMasker().mask(`${cut} ${prose}${key}\n${prose}`), `${mark} ${prose}${mark}\n${prose}`);
  assert.equal(createMasker().mask(`${cut}`), mark);
  const end = `\n${"-----END " + "PRIVATE KEY-----"}`;
  assert.equal(createMasker().mask(`${cut} ${prose}${end}`), `${mark} ${prose}${end}`);
  assert.equal(createMasker().mask(`${prose}${key}${key}`), `${prose}${mark}${mark}`);
});

Deno.test("no replacement text is found by a rule", () => {
  for (const id of ids) assert.equal(createMasker().mask(replacement(id)), replacement(id));
});
