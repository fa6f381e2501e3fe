import { expect, test } from "vitest";
import { cutText, isComposed, withoutPartsOfKeys } from "../../src/model/text.ts";

test("a key is not cut in two: nothing would tell its beginning from other letters", () => {
  const key = `sk-${"aB3d".repeat(8)}`;
  for (const room of [12, 20, 36]) {
    expect(cutText(`use ${key} here and there`, room)).toBe("use sk-***…");
  }
  expect(cutText(`use ${key} here and there`, 6)).toBe("use sk…");
});

test("a word that holds sk- is no key", () => {
  const name = "risk-assessment2026quarters three and four";
  expect(cutText(name, 27)).toBe("risk-assessment2026quarters…");
  expect(cutText(name, 20)).toBe("risk-assessment2026q…");
});

test("nor is one without sk-, and no word or number is taken for one", () => {
  const key = "Zq7Rw2Xe9Ty4Ui1Op6As3Df8Gh5Jk0Lz";
  expect(cutText(`use ${key} here`, 20)).toBe("use ***…");
  expect(cutText(`use ${key} here`, 36)).toBe(`use ${key}…`);
  for (const text of ["word".repeat(10), "7".repeat(40), "Zq7Rw2Xe9Ty4Ui1Op6As3Df8Gh5Jk0L"]) {
    expect(cutText(text, 20)).toBe(`${text.slice(0, 20)}…`);
  }
});

test("of a key at either end of a part of a line as many stars are shown", () => {
  const key = "Zq7Rw2Xe9Ty4Ui1Op6As3Df8Gh5Jk0Lz";
  const line = `${key} and ${key}`;
  expect(withoutPartsOfKeys(line, 20, 50)).toBe(`${"*".repeat(12)} and ${"*".repeat(13)}`);
  expect(withoutPartsOfKeys(line, 0, 50)).toBe(`${key} and ${"*".repeat(13)}`);
  expect(withoutPartsOfKeys(line, 4, 9)).toBe("*****");
  expect(withoutPartsOfKeys(line, 33, 36)).toBe("and");
});

test.each([
  ["", true],
  ["café", true],
  ["cafe\u0301", false],
  // A text may be in NFC with marks that no letter takes in.
  ["x\u0301", true],
  [`${"é".repeat(5_000)}e\u0301`, false],
  [`${"a".repeat(199)}e\u0301`, false],
  ["é".repeat(10_000), true],
])("whether a text is in NFC is found part by part: %#", (text, isIt) => {
  expect(isComposed(text)).toBe(isIt);
});
