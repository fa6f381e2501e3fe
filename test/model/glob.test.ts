import { assert, constantFrom, property, string } from "fast-check";
import { expect, test } from "vitest";
import { globMatcher, globsOverlap } from "../../src/model/glob.ts";

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
