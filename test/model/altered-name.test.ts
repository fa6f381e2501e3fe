import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "../support/fast-check.ts";
import { describe, expect, test, vi } from "vitest";
import {
  alteredFormOf,
  alteredNames,
  foldName,
  isAlteredForm,
  MIN_CUT_CHARACTERS,
} from "../../src/model/altered-name.ts";

const LONG = "team-alpha-deploy-pipeline";
const ACCENTS = "équipe-déploiement-été";

/** What servers are known to make of a name, or may. */
const ALTERATIONS: readonly (readonly [string, (name: string) => string])[] = [
  ["lower case", (name) => name.toLowerCase()],
  ["upper case", (name) => name.toUpperCase()],
  ["NFD", (name) => name.normalize("NFD")],
  ["NFKC", (name) => name.normalize("NFKC")],
  ["NFKD, in lower case", (name) => name.normalize("NFKD").toLowerCase()],
  ["white space around", (name) => ` ${name}\t`],
  ["cut after characters", (name) => Array.from(name).slice(0, 20).join("")],
  ["cut after bytes", (name) => cutBytes(name, 60)],
  ["cut after bytes of NFD", (name) => cutBytes(name.normalize("NFD"), 61)],
  ["cut and lower case", (name) => Array.from(name.toLowerCase()).slice(0, 24).join("")],
  ["cut after UTF-16 units", (name) => name.slice(0, 25)],
];

function cutBytes(name: string, bytes: number): string {
  return Buffer.from(name).subarray(0, bytes).toString("utf8");
}

describe("a name is one name in another form", () => {
  test.each([
    ["letter case", "CI-Prod", "ci-prod"],
    ["letter case beyond ASCII", "ΟΔΟΣ", "οδος"],
    ["a letter that has two in the other case", "straße", "STRASSE"],
    ["Unicode form", "café", "cafe\u0301"],
    ["width", "ci\uFF0Dprod", "ci-prod"],
    ["white space around", "ci-prod", " ci-prod\n"],
    ["kind of white space", "ci prod", "ci\u00A0prod"],
    ["a cut end", LONG, LONG.slice(0, 16)],
    ["a cut end in other letters", LONG, LONG.slice(0, 20).toUpperCase()],
    ["a cut end inside a character", ACCENTS, cutBytes(ACCENTS, 24)],
    ["a cut end inside a character of four bytes", `${LONG}\u{1F600}`, `${LONG}\uFFFD\uFFFD\uFFFD`],
    ["a cut end inside a pair of UTF-16", `${LONG}\u{1F600}`, `${LONG}\uD83D`],
    ["a cut end at a space", "the deploy pipeline of a team", "the deploy pipeline "],
  ])("that differs in %s: %j, %j", (_what, declared, live) => {
    expect(isAlteredForm(declared, live)).toBe(true);
    expect([...alteredNames([live])(declared)]).toEqual([live]);
    expect(alteredFormOf(["a-name-before", declared, "z-name-after"])(live)).toBe(true);
  });

  test.each([
    ["the same name", LONG, LONG],
    ["another word", "ci-prod", "ci-test"],
    ["a cut end with 15 characters left", LONG, LONG.slice(0, 15)],
    ["a cut end with 15 characters and a broken one left", LONG, `${LONG.slice(0, 15)}\uFFFD`],
    ["15 characters left that take 30 to write", "é".repeat(20), "e\u0301".repeat(15)],
    ["a longer name", LONG.slice(0, 20), LONG],
    ["a cut beginning", LONG, LONG.slice(3)],
    ["a broken character inside", LONG, `${LONG.slice(0, 18)}\uFFFD-x`],
  ])("but not %s: %j, %j", (_what, declared, live) => {
    expect(isAlteredForm(declared, live)).toBe(false);
    expect([...alteredNames([live])(declared)]).toEqual([]);
    // Of one that is not live: there it is its own form.
    expect(alteredFormOf(["a-name-before", declared, "z-name-after"])(live)).toBe(
      live === declared,
    );
  });
});

const LETTERS = [
  ...Array.from("abzABZ019-_.éÉñßẞΣσςΪıſǆŉﬁﷺÅÅ한글語ｗｱ😀𐐀ёЙğ"),
  "e\u0323\u0301",
  "а\u0308",
];
const letter = fc.oneof(
  fc.constantFrom(...LETTERS),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
);
const names = fc
  .array(letter, { minLength: 30, maxLength: 40 })
  .map((letters) => letters.join("").normalize("NFC").replaceAll(/\s/gu, "-"))
  .filter((name) => !name.includes("\uFFFD"));

test.each(ALTERATIONS)("whatever name was sent, %s is recognised", (_what, alter) => {
  fc.assert(
    fc.property(names, (name) => {
      const live = alter(name);
      // What is left of a name of wide characters after a cut by bytes can be too short to tell.
      fc.pre(live !== name && Array.from(live.normalize("NFC")).length > MIN_CUT_CHARACTERS + 3);
      expect(isAlteredForm(name, live)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("the names found among many are those that are one name in another form", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "A", "é", "e\u0301", "ß", "ss", " ", "\u00A0", "\uFFFD", "😀"),
    minLength: 14,
    maxLength: 20,
  });
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 8 }), fc.nat(20), (declared, others, cut) => {
      const live = [...new Set([...others, declared.slice(0, cut), declared.toLowerCase()])];
      const expected = live.filter((name) => isAlteredForm(declared, name));
      expect(new Set(alteredNames(live)(declared))).toEqual(new Set(expected));
      const isForm = alteredFormOf([declared]);
      expect(live.filter((name) => isForm(name) && name !== declared)).toEqual(
        live.filter((name) => isAlteredForm(declared, name)),
      );
    }),
  );
});

test("of names that are beginnings of each other, each is found", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 16, maxLength: 40 });
  const cut = fc.tuple(text, fc.integer({ min: 16, max: 40 }), fc.boolean());
  fc.assert(
    fc.property(text, fc.array(cut, { maxLength: 20 }), (declared, cuts) => {
      const beginnings = cuts.map(([other, length, isOwn]) =>
        (isOwn ? declared : other).slice(0, length),
      );
      const live = [...new Set(beginnings)];
      const expected = live.filter((name) => isAlteredForm(declared, name));
      expect(new Set(alteredNames(live)(declared))).toEqual(new Set(expected));
    }),
  );
});

test("names of many lengths are found without a look at each length for each name", () => {
  const live = Array.from({ length: 300 }, (_, at) => `${at}`.padStart(16 + at, "x"));
  const find = alteredNames(live);
  const slices = vi.spyOn(String.prototype, "slice");
  for (let at = 0; at < 100; at += 1) expect([...find("y".repeat(400))]).toEqual([]);
  expect(slices.mock.calls.length).toBeLessThan(1_000);
  slices.mockRestore();
});

test("a hundred thousand names are found among as many without going through all of them", () => {
  const live = Array.from({ length: 100_000 }, (_, index) => `other-key-number-${index}-of-a-team`);
  const find = alteredNames(live);
  let found = 0;
  for (let index = 0; index < 100_000; index += 1) {
    found += [...find(`Other-Key-Number-${index}-Of-A-Team`)].length;
  }
  expect(found).toBe(100_000);
});

test("a name of more marks on a letter than text has is a form of none", () => {
  const marked = (marks: number): string => `e${"\u0301".repeat(marks)}`;
  expect(isAlteredForm(marked(30).normalize("NFC"), marked(30))).toBe(true);
  expect(isAlteredForm(marked(32).normalize("NFC"), marked(32))).toBe(false);
});

test("a name longer than any that is declared is a form of none, and brought into none", () => {
  const long = `a${"\u0301\u0316".repeat(500_000)}`;
  expect(foldName(long)).toBe(long);
  expect([...alteredNames([long])("a-name-of-16-chars")]).toEqual([]);
  expect(isAlteredForm("a-name-of-16-chars", long)).toBe(false);
});

test("a form takes no more memory than its text, however many spaces it has", () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const forms = Array.from({ length: 2_000 }, (_, at) => foldName(`${"\uFDFA".repeat(44)}${at}`));
  const taken = heap() - before;
  const text = forms.reduce((sum, form) => sum + 2 * form.length, 0);
  expect(taken).toBeLessThan(2 * text);
});
