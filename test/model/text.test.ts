import { expect, test } from "vitest";
import { cutText } from "../../src/model/text.ts";

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
