import * as fc from "../support/fast-check.ts";
import { describe, expect, test, vi } from "vitest";
import { setInJson } from "../../src/deliver/json-member.ts";

function set(text: string, name = "KEY"): string {
  const edited = setInJson(text, new Map([[name, "sk-1"]]));
  return edited.ok ? edited.value : `refused: ${edited.error}`;
}

describe("one member is set, and the rest of the text stays", () => {
  test.each([
    ["a new file", "", '{\n  "KEY": "sk-1"\n}\n'],
    ["an empty object", "{}\n", '{\n  "KEY": "sk-1"\n}\n'],
    ["one with space in it", "{ \n }", '{\n  "KEY": "sk-1"\n}\n'],
    ["it is added at the end", '{\n  "A": 1\n}\n', '{\n  "A": 1,\n  "KEY": "sk-1"\n}\n'],
    ["as the others are indented", '{\n\t"A": 1\n}\n', '{\n\t"A": 1,\n\t"KEY": "sk-1"\n}\n'],
    ["or on their line", '{"A":1}', '{"A":1, "KEY": "sk-1"}\n'],
    ["it is replaced in its place", '{"KEY":null,"A":1}\n', '{"KEY":"sk-1","A":1}\n'],
    ["whatever its value was", '{"KEY":{"KEY":["}",{}]},"A":1}\n', '{"KEY":"sk-1","A":1}\n'],
    ["however its name is written", '{"\\u004bEY":1}\n', '{"\\u004bEY":"sk-1"}\n'],
    ["twice where it stands twice", '{"KEY":1,"KEY":"a"}\n', '{"KEY":"sk-1","KEY":"sk-1"}\n'],
    ["one further in is another", '{"A":{"KEY":1}}\n', '{"A":{"KEY":1}, "KEY": "sk-1"}\n'],
    ["a text like it is none", '{"A":"\\"KEY\\":1,"}\n', '{"A":"\\"KEY\\":1,", "KEY": "sk-1"}\n'],
    [
      "large numbers are not rounded, and small names keep their place",
      '{"b":12345678901234567890,"2":1e400,"1":0.10}\n',
      '{"b":12345678901234567890,"2":1e400,"1":0.10, "KEY": "sk-1"}\n',
    ],
    ["CRLF stays CRLF", '{\r\n  "A": 1\r\n}\r\n', '{\r\n  "A": 1,\r\n  "KEY": "sk-1"\r\n}\r\n'],
    [
      "a member of every object's name stays",
      '{"__proto__":1}\n',
      '{"__proto__":1, "KEY": "sk-1"}\n',
    ],
  ])("%s", (_, before, after) => {
    expect(set(before)).toBe(after);
    expect(set(after)).toBe(after);
  });

  test("a name that every object has is set like any other", () => {
    expect(set('{"__proto__":{"a":1}}', "__proto__")).toBe('{"__proto__":"sk-1"}\n');
    expect(set("{}", "__proto__")).toBe('{\n  "__proto__": "sk-1"\n}\n');
  });
});

test("many members are set in one pass: each in its place, the others in order at the end", () => {
  const values = new Map(["D", "A", "__proto__", "C"].map((name) => [name, `sk-${name}`]));
  const setAll = (text: string) => setInJson(text, values);
  expect(setAll('{\n  "A": 1,\n  "B": {"C": 2},\n  "C": [3],\n  "A": 4\n}\n')).toEqual({
    ok: true,
    value:
      '{\n  "A": "sk-A",\n  "B": {"C": 2},\n  "C": "sk-C",\n  "A": "sk-A",\n  "D": "sk-D",\n  "__proto__": "sk-__proto__"\n}\n',
  });
  expect(setAll("")).toEqual({
    ok: true,
    value: '{\n  "D": "sk-D",\n  "A": "sk-A",\n  "__proto__": "sk-__proto__",\n  "C": "sk-C"\n}\n',
  });
});

test("a member is looked at once, however many are set", () => {
  const text = JSON.stringify(
    Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`A_${at}`, 1])),
  );
  const values = new Map(Array.from({ length: 200 }, (_, at) => [`A_${at}`, "sk-1"]));
  const spy = vi.spyOn(JSON, "parse");
  setInJson(text, values);
  const count = spy.mock.calls.length;
  spy.mockRestore();
  // The whole, and the name of each member.
  expect(count).toBe(1 + 100);
});

test("an indent that nobody has is not written again with each member", () => {
  const text = (indent: number) => `{\n${" ".repeat(indent)}"A": 1\n}\n`;
  expect(set(text(100))).toContain(`,\n${" ".repeat(100)}"KEY"`);
  expect(set(text(101))).toContain('1, "KEY": "sk-1"\n');
});

test("what stands in a file many times is refused, not written as often", () => {
  const many = (count: number): string =>
    `{${Array.from({ length: count }, () => '"KEY":1').join()}}\n`;
  expect(set(many(8))).toBe(many(8).replaceAll("1", '"sk-1"'));
  expect(set(many(9))).toBe('refused: "KEY" stands in it more than 8 times');
});

test("what is no object is refused, so that nothing is lost", () => {
  for (const text of ["[]", "1", "null", '"{}"', "{", '{"A":1,}', "A=1", "\uFEFF{}", "{} {}"]) {
    expect(set(text)).toBe("refused: it is no JSON object");
  }
});

test("whatever an object holds, one member is set and the others stay as they were", () => {
  const values = fc.dictionary(fc.constantFrom("A", "KEY", "", "1", 'q"', "\\"), fc.jsonValue());
  fc.assert(
    fc.property(values, fc.constantFrom(undefined, 2, "\t"), (before, indent) => {
      const after: unknown = JSON.parse(set(JSON.stringify(before, null, indent)));
      expect(after).toEqual({ ...JSON.parse(JSON.stringify(before)), KEY: "sk-1" });
    }),
  );
});
