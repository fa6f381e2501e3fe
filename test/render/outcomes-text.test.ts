import { stripVTControlCharacters } from "node:util";
import * as fc from "../support/fast-check.ts";
import { expect, test } from "vitest";
import type { Outcome } from "../../src/model/outcome.ts";
import { progressLine, renderOutcomesText } from "../../src/render/outcomes-text.ts";
import { colourful, PLAIN } from "../../src/render/view.ts";
import { expectGolden } from "../support/golden.ts";
import { hostileText, UNSAFE } from "../support/hostile-text.ts";
import { OUTCOMES } from "./outcomes.ts";

test("every key that is not as declared and why, then the counts", () => {
  const text = renderOutcomesText(OUTCOMES);
  expect(text.endsWith("; 3 not done.\n")).toBe(true);
  expectGolden("fixtures/render/outcomes.txt", text);
});

test("without a failure there are the notes, where new keys are, and the counts", () => {
  const done = OUTCOMES.filter(({ status }) => status === "done");
  expect(renderOutcomesText(done).split("\n")).toEqual([
    "· update raised: 9 quota units were given back",
    "The values of new keys are in the server's console; they are never shown here. See deliver, and --keys-out.",
    "Applied: 2 created, 1 updated, 1 deleted.",
    "",
  ]);
});

test("where new keys are is not said when there are none", () => {
  const updated = OUTCOMES.filter(({ action }) => action === "update");
  expect(renderOutcomesText(updated)).not.toContain("console");
});

function creates(count: number, fields: Pick<Outcome, "status" | "error">): readonly Outcome[] {
  return Array.from({ length: count }, (_, at) => ({
    action: "create",
    name: `key-${at}`,
    ...fields,
  }));
}

test("what was not attempted for one reason is told once, with the first names", () => {
  const error = { code: "interrupted", message: "the run was interrupted" } as const;
  expect(renderOutcomesText(creates(172, { status: "not_attempted", error })).split("\n")).toEqual([
    "✗ 172 not attempted: the run was interrupted",
    "    create key-0",
    "    create key-1",
    "    create key-2",
    "    create key-3",
    "    create key-4",
    "    and 167 more",
    "Applied: nothing; 172 not done.",
    "",
  ]);
});

test.each(["failed", "unknown"] as const)("what is %s is named to the last key", (status) => {
  const error = { code: "change-failed", message: "the server refused" } as const;
  const text = renderOutcomesText(creates(300, { status, error }));
  expect(text.match(/the server refused/g)).toHaveLength(1);
  expect(text.match(/^ {4}create key-\d+$/gm)).toHaveLength(300);
});

test("colours change no character of the text", () => {
  const coloured = renderOutcomesText(OUTCOMES, { ...PLAIN, paint: colourful });
  expect(stripVTControlCharacters(coloured)).toBe(renderOutcomesText(OUTCOMES));
  expect(coloured).toContain("\u001b[31m✗\u001b[39m create lost UNKNOWN");
});

test("no text of the server breaks a line, nor a terminal", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const error = { code: "change-failed", message: text } as const;
      const failed = { action: "update", name: text, status: "failed" } as const;
      const outcome: Outcome = { ...failed, error, note: text };
      const lines = renderOutcomesText([outcome, { ...outcome, name: "" }]).split("\n");
      // One reason, two names, two notes, the counts.
      expect(lines).toHaveLength(7);
      for (const line of [...lines, progressLine(outcome, PLAIN)]) {
        expect(line).not.toMatch(UNSAFE);
        expect(line).not.toContain("\n");
      }
    }),
  );
});

test("of reasons that a server makes up for each key, two hundred are told at length", () => {
  const outcomes = Array.from({ length: 1_000 }, (_, at): Outcome => {
    const message = `refused ${at} ${"\u00ad".repeat(200)}`;
    return {
      action: "create",
      name: `key-${at}`,
      status: "failed",
      error: { code: "change-failed", message },
    };
  });
  const lines = renderOutcomesText(outcomes).split("\n");
  expect(lines.filter((line) => line.includes("create key-"))).toHaveLength(1_000);
  expect(lines[199]).toHaveLength(lines[100]?.length ?? 0);
  expect(lines[199]?.endsWith("\\u00ad")).toBe(true);
  expect(lines[200]?.length).toBeLessThan(250);
  expect(lines[200]?.endsWith("…")).toBe(true);
});

test("a line is bounded, however long a name and a reason are", () => {
  const error = { code: "change-failed", message: "\u{e0001}".repeat(500) } as const;
  const outcome = {
    action: "delete",
    name: "\u0001".repeat(1_000),
    status: "failed",
    error,
  } as const;
  const [line = ""] = renderOutcomesText([outcome, { ...outcome, action: "update" }]).split("\n");
  expect(line.length).toBeLessThan(1_600);
  expect(progressLine(outcome, PLAIN).length).toBeLessThan(500);
});

test("a key at the end of what is cut is not shown in part", () => {
  const key = `sk-${"4f1c2d3eaaaa4bbb8cccQZ7W".repeat(2)}`;
  const error = { code: "change-failed", message: `${"x".repeat(170)} ${key} is in use` } as const;
  const line = progressLine({ action: "create", name: "a", status: "failed", error }, PLAIN);
  expect(line).toContain(" sk-***…");
  expect(line).not.toContain("4f1c2d3e");
});
