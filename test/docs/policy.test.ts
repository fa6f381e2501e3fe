import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { STARTER_FILE, STARTER_POLICY } from "../../src/init/templates.ts";
import { renderDiagnostic } from "../../src/render/diagnostic.ts";
import { broken, policyOf } from "../support/policy.ts";

const PAGE = readFileSync("docs/policy.md", "utf8");

interface Example {
  readonly title: string;
  readonly policy: string;
  readonly refused: readonly string[];
  readonly passes: readonly string[];
}

/** The parts of the page with a policy and keys. */
const EXAMPLES = PAGE.split(/^## /m).flatMap((part): readonly Example[] => {
  const blocks = Array.from(part.matchAll(/```yaml\n(.*?)```/gs), ([, text = ""]) => text);
  const [policy, keys] = blocks;
  if (policy === undefined || keys === undefined) return [];
  const [refused = "", passes = ""] = keys.replace(/^# refused\n/, "").split("# passes\n");
  const entries = (text: string) => text.split("\n").filter((line) => line !== "");
  const title = part.split("\n", 1)[0] ?? "";
  return [{ title, policy, refused: entries(refused), passes: entries(passes) }];
});

test("the page has five examples, each with keys that are refused and keys that pass", () => {
  expect(EXAMPLES.map(({ title }) => title)).toEqual([
    "A cap on quota",
    "An expiry within a year",
    "An allow-list for production",
    "An owner on every key",
    "The models of a team",
  ]);
  for (const { refused, passes } of EXAMPLES) {
    expect(Math.min(refused.length, passes.length)).toBeGreaterThan(0);
  }
});

test.each(EXAMPLES)("$title: refuses and passes what the page says", (example) => {
  const { policy, refused, passes } = example;
  const { description } = parse(policy);
  const brokenBy = (entry: string) =>
    broken({ policies: [policy], files: [`version: 1\nkeys:\n${entry}\n`] });
  for (const entry of refused) {
    const found = brokenBy(entry);
    expect({ entry, count: found.length }).toEqual({ entry, count: 1 });
    expect(found[0]).toMatchObject({
      severity: "error",
      code: "policy-violated",
      message: expect.stringContaining(description),
    });
  }
  for (const entry of passes)
    expect({ entry, found: brokenBy(entry) }).toEqual({ entry, found: [] });
});

test("the message on the page is what the program prints", () => {
  const [, shown = ""] = /\$ cometkeys validate --policy policy.yaml\n(.*?)```/s.exec(PAGE) ?? [];
  const keys = "  - name: ci-prod\n    remain_quota: 5000000\n    expired_time: 2027-06-30\n";
  const policy =
    "properties:\n  remain_quota:\n    description: At most 1,000,000 units for one key.\n    maximum: 1000000\n";
  const [found] = broken({ policies: [policy], files: [`version: 1\n\nkeys:\n${keys}`] });
  if (found === undefined) throw new Error("nothing is broken");
  expect(`${renderDiagnostic(found)}\n`.replace("keys-1.yaml", "keys.yaml")).toBe(shown);
});

test("the policy that init writes is one, and the file that it writes keeps it", () => {
  expect(policyOf(STARTER_POLICY).size).toBeGreaterThan(3);
  expect(broken({ policies: [STARTER_POLICY], files: [STARTER_FILE] })).toEqual([]);
});
