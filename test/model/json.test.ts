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

test("what is no JSON is refused as ever", () => {
  expect(() => parseBoundedJson("{", 4)).toThrow(SyntaxError);
});
