import { stripVTControlCharacters } from "node:util";
import * as fc from "../support/fast-check.ts";
import { expect, test } from "vitest";
import { renderPlanText } from "../../src/render/plan-text.ts";
import { colourful, PLAIN, wrapLine } from "../../src/render/view.ts";
import { caseOf } from "./plan-cases.ts";

test("a line that fits, and every line of a file or a log, stays as it is", () => {
  expect(wrapLine("    a  b", { columns: 8 })).toBe("    a  b");
  expect(wrapLine("x ".repeat(500), PLAIN)).toBe("x ".repeat(500));
});

test("a long line is broken between words and goes on further in", () => {
  expect(wrapLine("    one two three", { columns: 12 })).toBe("    one two\n      three");
});

test("a word longer than the line stays whole, so that it can be copied", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  expect(wrapLine(`Digest: ${digest}`, { columns: 40 })).toBe(`Digest:\n  ${digest}`);
});

test("wide characters take two columns, colours none", () => {
  expect(wrapLine("令牌 令牌", { columns: 8 })).toBe("令牌\n  令牌");
  const red = colourful("error", "error");
  expect(wrapLine(`${red} x`, { columns: 7 })).toBe(`${red} x`);
});

test("no word is lost or made, whatever the width", () => {
  const words = fc.array(fc.stringMatching(/^\S{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 80 }), (list, columns) => {
      const shown = wrapLine(`  ${list.join(" ")}`, { columns });
      expect(shown.trim().split(/\s+/)).toEqual(list.join(" ").trim().split(/\s+/));
    }),
  );
});

test("a plan on a terminal of 40 columns has no line that is broken within a word", () => {
  const { plan } = caseOf("mixed");
  if (plan === undefined) throw new Error("the case mixed has a plan");
  const shown = renderPlanText(plan, { paint: colourful, columns: 40 });
  const long = stripVTControlCharacters(shown)
    .split("\n")
    .filter((line) => line.length > 40);
  expect(long.map((line) => line.trim().split(" ").length)).toEqual(long.map(() => 1));
});
