import {
  array,
  assert,
  boolean,
  constantFrom,
  pre,
  property,
  string,
} from "../support/fast-check.ts";
import { expect, test, vi } from "vitest";
import { anyGlob, globMatcher, globsOverlap, type Work } from "../../src/model/glob.ts";

test.each([
  ["team-*", "team-a", true],
  ["team-*", "team-", true],
  ["team-*", "other-team-a", false],
  ["*-prod", "ci-prod", true],
  ["*-prod", "ci-prod-2", false],
  ["a?c", "a\u{1F600}c", true],
  ["a?c", "ac", false],
  ["a.c", "abc", false],
  ["*a*b*", "xxaxxbxx", true],
  ["*a*b*", "xxbxxaxx", false],
  ["a*", "?", false],
  ["abc", "a?c", false],
  ["a*", "a".repeat(60_000), true],
  ["*a*b", `${"a".repeat(60_000)}b`, false],
  ["a*a", "a", false],
  ["", "", true],
  ["**", "anything", true],
  [`${"*a".repeat(40)}b`, "a".repeat(50), false],
])("%s on %s gives %s", (glob, text, matches) => {
  expect(globMatcher(glob)(text)).toBe(matches);
});

test("a glob matches what it says, letter by letter", () => {
  const letter = constantFrom("a", "b", "\u{1F600}", "\ud83d", "\ude00");
  const glob = array(constantFrom("a", "b", "\u{1F600}", "\ude00", "*", "*", "?"), {
    maxLength: 8,
  });
  assert(
    property(glob, string({ unit: letter, maxLength: 10 }), boolean(), (of, short, isLong) => {
      const text = isLong ? `${short}${"\u{1F600}a".repeat(200)}${short}` : short;
      // Of a long name, nothing is told that stands between two stars.
      pre(!isLong || !/\*[^*]+\*/.test(of.join("")));
      const source = of.map((one) => (one === "*" ? ".*" : one === "?" ? "." : one)).join("");
      expect(globMatcher(of.join(""))(text)).toBe(new RegExp(`^${source}$`, "su").test(text));
    }),
    { numRuns: 600 },
  );
});

/** How much was compared to hold a text against a glob. */
function stepsOf(glob: string, text: string): number {
  const work: Work = { steps: 0 };
  globMatcher(glob, work)(text);
  return work.steps;
}

test("letters between two stars are not looked for at each place of a name one by one", () => {
  const name = "a".repeat(100);
  expect(stepsOf(`*${"a".repeat(49)}b*`, name)).toBeLessThan(50);
  expect(stepsOf(`*${"a".repeat(24)}?${"a".repeat(24)}b*`, name)).toBeLessThan(200);
  expect(stepsOf(`*b${"a".repeat(24)}?${"a".repeat(24)}*`, name)).toBeGreaterThan(2_000);
});

test("names are held against globs for so many steps, and each of them once", () => {
  const glob = `*b${"a".repeat(24)}?${"a".repeat(24)}*`;
  const nameOf = (n: number): string => `${"a".repeat(97)}${n}`;
  const isNamed = anyGlob(["whole", glob, "end-*"], 10_000);
  const found = Array.from({ length: 10 }, (_, n) => isNamed(nameOf(n)));
  expect(found.filter((one) => one === false).length).toBeGreaterThan(2);
  expect(found.at(-1)).toBeUndefined();
  expect([isNamed(nameOf(0)), isNamed("whole"), isNamed("end-1")]).toEqual([
    false,
    true,
    undefined,
  ]);
});

test("a long text is not taken apart to be held against a glob", () => {
  const long = `a-${"\u{1F600}".repeat(30_000)}-z`;
  const globs = ["b-*", "a-*", "*-z", "*", "a-*-z", "a?b", "*a*b*", "a-?*?-z"];
  const matchers = globs.map((glob) => globMatcher(glob));
  const apart = vi.spyOn(Array, "from");
  const found = matchers.map((matches) => matches(long));
  const letters = apart.mock.calls.reduce(
    (sum, [of]) => sum + (typeof of === "string" ? of.length : 0),
    0,
  );
  apart.mockRestore();
  expect(found).toEqual([false, true, true, true, true, false, false, true]);
  expect(letters).toBeLessThan(1_000);
});

test("a name is taken apart once, however many globs it is held against", () => {
  const isNamed = anyGlob(Array.from({ length: 100 }, (_, n) => `*-${n}`));
  const apart = vi.spyOn(Array, "from");
  const found = isNamed("\u{1F600}".repeat(50));
  const times = apart.mock.calls.length;
  apart.mockRestore();
  expect([found, times]).toEqual([false, 1]);
});

test("what is taken apart for each glob counts as work", () => {
  expect(stepsOf("*-a", "\u{1F600}".repeat(500))).toBeGreaterThan(10);
});

test("names among the globs are not compared with one another", () => {
  const isNamed = anyGlob(
    Array.from({ length: 1_000 }, (_, n) => `team-${n}`),
    0,
  );
  expect([isNamed("team-999"), isNamed("team-1000")]).toEqual([true, false]);
});

test.each([
  ["team-*", "team-a-*", true],
  ["team-a-*", "team-b-*", false],
  ["team-*", "*", true],
  ["*-prod", "team-*", true],
  ["*-prod", "*-dev", false],
  ["team-?", "team-a", true],
  ["team-?", "team-ab", false],
  ["a?c", "?b?", true],
  ["a?c", "a?d", false],
  ["a*c", "abbbc", true],
  ["a*c", "abbbd", false],
  ["a*b*c", "a*c*b", false],
  ["*a*b*", "*b*a*", true],
  ["", "*", true],
  ["", "?", false],
])("%s and %s overlap: %s", (a, b, overlap) => {
  expect([globsOverlap(a, b), globsOverlap(b, a)]).toEqual([overlap, overlap]);
});

test("two globs overlap exactly where there is a name that both match", () => {
  const glob = string({ unit: constantFrom("a", "b", "*", "?"), maxLength: 4 });
  const names = namesOf(["a", "b"], 8);
  assert(
    property(glob, glob, (a, b) => {
      const [inA, inB] = [globMatcher(a), globMatcher(b)];
      // The shortest common name of two such globs is no longer than both together.
      expect(globsOverlap(a, b)).toBe(names.some((name) => inA(name) && inB(name)));
    }),
  );
});

/** All texts of these letters up to a length. */
function namesOf(letters: readonly string[], longest: number): readonly string[] {
  const names = [""];
  for (let from = 0, length = 0; length < longest; length += 1) {
    const last = names.slice(from);
    from = names.length;
    names.push(...last.flatMap((name) => letters.map((letter) => name + letter)));
  }
  return names;
}
