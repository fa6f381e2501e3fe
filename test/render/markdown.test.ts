import { createHash } from "node:crypto";
import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import { problem } from "../../src/model/diagnostic.ts";
import { failed } from "../../src/apply/outcomes.ts";
import { renderAnnotations } from "../../src/render/github.ts";
import {
  renderOutcomeComment,
  renderOutcomesMarkdown,
} from "../../src/render/markdown-outcomes.ts";
import { fitItems, renderPlanMarkdown } from "../../src/render/markdown.ts";
import { createRedactor } from "../../src/run/redact.ts";
import { expectGolden } from "../support/golden.ts";
import { absentKey, desiredKey, liveKey } from "../support/records.ts";
import { cellsOf, readMarkdown } from "./markdown-reader.ts";
import { caseOf, HOSTILE, hostileCase, planOf, type PlanCase } from "./plan-cases.ts";

const HEADING = "cometkeys plan: production";

function render({ plan, diagnostics }: PlanCase, limit?: number): string {
  return renderPlanMarkdown(plan, diagnostics, {
    heading: HEADING,
    ...(limit !== undefined && { limit }),
  });
}

/** 500 changes under names of `length` hostile characters: creates, updates and deletes. */
function manyChanges(length: number): PlanCase {
  const keys: DesiredKey[] = [];
  const live: LiveKey[] = [];
  for (let index = 0; index < 500; index += 1) {
    const name = `${"|@<`#\u202E".repeat(length / 6)}${String(index).padStart(3, "0")}`;
    if (index % 5 === 0) keys.push(absentKey(name));
    else keys.push(desiredKey({ remain_quota: 700, group: name }, name));
    if (index % 5 < 3) live.push(liveKey({ id: index, name }));
  }
  const plan = planOf(keys, live);
  return { plan, diagnostics: plan.diagnostics };
}

/** How many changes a text says it leaves out of the table and of the details. */
function leftOut(text: string): readonly number[] {
  return [
    ...text.matchAll(
      /^\*\*(\d+) more changes? (?:is|are) not (?:in this table|shown in full)\.\*\*$/gm,
    ),
  ].map(([, count]) => Number(count));
}

function rowsOf(text: string): readonly string[] {
  return readMarkdown(text)
    .prose.filter((line) => line.startsWith("| "))
    .slice(2);
}

describe("renderPlanMarkdown", () => {
  test.each(["mixed", "empty", "failed"])("shows the case %s as recorded", (name) => {
    const text = render(caseOf(name));
    expectGolden(`fixtures/render/markdown/${name}/expected.md`, text);
    expect(harms(text)).toEqual([]);
  });

  test("shows hostile names as recorded", () => {
    const shown = HOSTILE.filter((text) => text.length < 200);
    const text = render(hostileCase(shown));
    expectGolden("fixtures/render/markdown/hostile/expected.md", text);
    expect(harms(text)).toEqual([]);
  });

  test("shows 500 changes as recorded", () => {
    const text = render(manyChanges(12));
    expectGolden("fixtures/render/markdown/many/expected.md", text);
    expect(harms(text)).toEqual([]);
  });

  test("tells the counts first, then whether apply goes through, then deletes, and the digest last", () => {
    const { plan, diagnostics } = caseOf("mixed");
    const text = render({ plan, diagnostics });
    const order = [
      "Plan: 2 to create",
      "❌ **Apply would",
      "**Deletes (2):**",
      "**Widens access",
      "| Action |",
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text.endsWith(`\nDigest: \`${plan?.digest}\`\n`)).toBe(true);
  });

  test("names every field that widens", () => {
    const text = render(caseOf("mixed"));
    const [line = ""] = /^- \*\*Widens access.*$/m.exec(text) ?? [];
    for (const item of ["models (model\\_limits)", "addresses (allow\\_ips)", "group (group)"]) {
      expect(line).toContain(item);
    }
    // That a new key lets more than none is no news.
    expect(line).not.toContain("new-service");
  });

  test("a refused run without a plan does not say that nothing changes", () => {
    const text = render(caseOf("failed"));
    expect(text).toContain("**No plan was made**");
    expect(text).not.toContain("No changes");
    expect(text).not.toContain("Digest");
  });

  test.each([
    ["short names", 6, 60_000],
    ["long names", 300, 60_000],
    ["names of 10 KB", 10_236, 60_000],
    ["the least room", 300, 5_000],
    ["more room", 6, 300_000],
  ])("500 changes with %s stay within the limit and are all accounted for", (_, length, limit) => {
    const many = manyChanges(length);
    const text = render(many, limit);
    expect(text.length).toBeLessThanOrEqual(limit);
    const read = readMarkdown(text);
    const left = leftOut(text);
    const table = rowsOf(text).length;
    const titles = read.prose.filter((line) => line.startsWith("<details>")).length;
    const hidden = [500 - table, 500 - titles].filter((count) => count > 0);
    expect(left).toEqual(hidden);
    expect(text).toContain("Plan: 200 to create, 200 to update, 100 to delete");
    expect(text).toContain("**Deletes (100):**");
    expect(text).toContain("**Widens access of live keys (200):**");
    expect(text).toMatch(/, and \d+ more\n|\(100\):\*\*\n/);
    expect(text).toContain(`Digest: \`${many.plan?.digest}\``);
  });

  test("what is left out for want of room is not the deletes", () => {
    const text = render(manyChanges(30));
    const actions = rowsOf(text).map((row) => cellsOf(row)[0]);
    expect(actions.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => "-\u00A0delete"));
    expect(leftOut(text)).toHaveLength(2);
  });

  test("the worst of everything still fits into the least room", () => {
    const worst = hostileCase(HOSTILE.map((text) => text.repeat(40)));
    const heading = "\u{E0041}".repeat(500);
    const text = renderPlanMarkdown(worst.plan, worst.diagnostics, { heading, limit: 1 });
    expect(text.length).toBeLessThanOrEqual(5_000);
    expect(text).toContain(`Digest: \`${worst.plan?.digest}\``);
    const failed = renderPlanMarkdown(undefined, worst.diagnostics, { heading, limit: 1 });
    expect(failed.length).toBeLessThanOrEqual(5_000);
  });

  test("a secret is taken out before the escaping could break it up", () => {
    const secret = createHash("sha256").update("secret").digest("hex");
    const redactor = createRedactor();
    redactor.add(secret);
    const plan = planOf([desiredKey({ remain_quota: 1, group: secret }, `a-${secret}`)], []);
    const told = [{ severity: "warning", code: "usage", message: `no ${secret}` } as const];
    const options = { heading: secret, clean: redactor.clean };
    const text = renderPlanMarkdown(plan, told, options);
    expect(text.replaceAll("\u200B", "")).not.toContain(secret.slice(0, 8));
    expect(text).toContain("no \\*\\*\\*");
  });

  test("no text of a server or a file breaks out", () => {
    const part = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }));
    const texts = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(texts, fc.boolean(), (texts, failed) => {
        const { plan, diagnostics } = hostileCase(texts);
        const text = renderPlanMarkdown(failed ? undefined : plan, diagnostics, {
          heading: texts.join(" "),
          limit: 40_000,
        });
        expect(harms(text)).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(40_000);
      }),
      { numRuns: 25 },
    );
    expect(harms(render(hostileCase()))).toEqual([]);
  });
});

/** Every line with a tag: none of them is from a text. */
const TAGS = /^(?:<details><summary>[^<]*<\/summary>|<\/details>)$/;

/** What in a text could do harm where it is shown; nothing, if the renderer is right. */
function harms(text: string): readonly string[] {
  const read = readMarkdown(text);
  const begins = /^(?:$|## |\| |- |\*\*|[✅❌] \*\*|  Fix: |Digest: |Unmanaged, left alone: |<)/;
  const hidden = text.replaceAll(/[\u200B\n]/g, "").match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu);
  return [
    ...(text.match(/##\[|@(?!\u200B)/g) ?? []),
    ...text.split("\n").filter((line) => line.includes("<") && !TAGS.test(line)),
    ...(hidden ?? []),
    ...text.split("\n").filter((line) => line.trim().startsWith("::")),
    ...read.prose.filter((line) => !begins.test(line)),
    ...read.prose.filter((line) => line.startsWith("| ") && cellsOf(line).length !== 4),
    ...read.blocks.flatMap(({ lines }) => lines.filter((line) => !/^[-+! ] /.test(line))),
    ...(read.closed ? [] : ["a fence is not closed"]),
  ];
}

test("items that cannot fit are not written out one after the other to find that out", () => {
  const items = Array.from({ length: 5_000 }, (_, at) => at);
  let written = 0;
  const textOf = (at: number): string => {
    written += 1;
    return at === 3 ? "short" : "x".repeat(100);
  };
  const fitted = fitItems(items, textOf, 200, (count) => `and ${count} more`);
  expect(fitted).toEqual({ shown: ["x".repeat(100), "short"], more: ["and 4998 more"] });
  expect(written).toBeLessThan(100);
});

test("the code frames, which it does not show, are not read: each may hold a file of one line", () => {
  const frame = [{ line: 1, text: "in the frame", marked: true }];
  const at = { file: "keys.yaml", line: 1, column: 5 };
  const bad = problem("schema-type", "the message", "the fix", at);
  const read: string[] = [];
  const clean = (text: string): string => {
    read.push(text);
    return text;
  };
  const diagnostics = [{ ...bad, frame }];
  const options = { heading: HEADING, clean };
  expect(renderPlanMarkdown(undefined, diagnostics, options)).toContain("the message");
  const end = { outcomes: [], diagnostics, code: 3, runUrl: undefined, commit: undefined } as const;
  expect(renderOutcomeComment(end, { limit: 9_000, clean })).toContain("the message");
  expect(read).toContain("the fix");
  expect(read).not.toContain("in the frame");
});

describe("secrets are looked for in what is shown, not in all that a hostile server sent", () => {
  /** How many characters were looked at. */
  function lookedAt(render: (clean: (text: string) => string) => string): number {
    let sum = 0;
    const shown = render((text) => {
      sum += text.length;
      return text;
    });
    expect(shown).not.toBe("");
    return sum;
  }

  test("of a thousand large keys of one name", () => {
    const note = "x".repeat(10_000);
    const live = Array.from({ length: 1_000 }, (_, at) =>
      liveKey({ id: 1 + at, name: "ci", unknown: [["note", note]], group: note }),
    );
    const plan = planOf([desiredKey({}, "ci")], live);
    const markdown = (clean: (text: string) => string): string =>
      renderPlanMarkdown(plan, plan.diagnostics, { heading: HEADING, clean });
    expect(markdown(String)).toContain("and 980 more live keys");
    expect(lookedAt(markdown)).toBeLessThan(10_000);
  });

  test("of a thousand outcomes with long messages", () => {
    const outcomes = Array.from({ length: 1_000 }, (_, at) =>
      failed({ action: "create", name: `ci-${at}` }, "change-failed", "x".repeat(4_000)),
    );
    const end = {
      outcomes,
      diagnostics: [],
      code: 6,
      runUrl: undefined,
      commit: undefined,
    } as const;
    const limit = 60_000;
    expect(lookedAt((clean) => renderOutcomeComment(end, { limit, clean }))).toBeLessThan(500_000);
    expect(lookedAt((clean) => renderOutcomesMarkdown(outcomes, { limit, clean }))).toBeLessThan(
      500_000,
    );
  });

  test("of a thousand annotations", () => {
    const items = Array.from({ length: 1_000 }, () => ({
      severity: "error" as const,
      message: "x".repeat(4_000),
    }));
    expect(lookedAt((clean) => renderAnnotations(items, clean))).toBeLessThan(50_000);
  });
});
