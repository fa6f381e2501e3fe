import { expect, test } from "vitest";
import { parseBoundedJson } from "../../src/model/json.ts";

test("a text with no more parts than allowed is parsed", () => {
  expect(parseBoundedJson('{"a":[1,2],"b":{}}', 5)).toEqual({ a: [1, 2], b: {} });
});

test.each(['{"a":[1,2],"b":{}}', "[[[[[", `${"{},".repeat(9)}{}`])(
  "%s has more parts, and is refused before it takes memory",
  (text) => {
    expect(() => parseBoundedJson(text, 4)).toThrow("too many parts");
  },
);

test("what stands in a text is no part", () => {
  const texts = ["{,[".repeat(9), '\\"{,['.repeat(9), "\\\\"];
  const text = `[${texts.map((one) => `"${one}"`).join()}]`;
  expect(parseBoundedJson(text, 3)).toEqual(JSON.parse(text));
  expect(() => parseBoundedJson(text, 2)).toThrow("too many parts");
  expect(() => parseBoundedJson('["{,[{,[{,[', 2)).toThrow(SyntaxError);
});

test("what is no JSON is refused as ever", () => {
  expect(() => parseBoundedJson("{", 4)).toThrow(SyntaxError);
});
