import { expect, test } from "vitest";
import { displayWidth } from "../../src/render/display-width.ts";

test.each([
  ["", 0],
  ["abc", 3],
  ["é", 1],
  ["e\u0301", 1],
  ["中文", 4],
  ["ｆｕｌｌ", 8],
  ["한국", 4],
  ["🔑", 2],
  ["→", 1],
])("%j takes %i columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});
