import * as fc from "../support/fast-check.ts";
import { describe, expect, test, vi } from "vitest";
import { setInDotenv } from "../../src/deliver/dotenv.ts";

function set(text: string, value = "sk-1"): string {
  const edited = setInDotenv(text, new Map([["KEY", value]]));
  return edited.ok ? edited.value : `refused: ${edited.error}`;
}

describe("one variable is set, and every other byte stays", () => {
  test.each([
    ["a new file", "", "KEY=sk-1\n"],
    ["it is added at the end", "A=1\n", "A=1\nKEY=sk-1\n"],
    ["after the final newline that was missing", "A=1", "A=1\nKEY=sk-1\n"],
    ["it is replaced in its place", "A=1\nKEY=old\nB=2\n", "A=1\nKEY=sk-1\nB=2\n"],
    ["also as the last line", "A=1\nKEY=old", "A=1\nKEY=sk-1"],
    ["it stays exported", "export KEY=old\n", "export KEY=sk-1\n"],
    ["and indented", "  export  KEY = old\n", "  export  KEY=sk-1\n"],
    ["further ones are removed", "KEY=a\nA=1\nexport KEY=b\nKEY=c\n", "KEY=sk-1\nA=1\n"],
    ["one written with a colon is it too", "KEY: old\n", "KEY=sk-1\n"],
    ["an empty one too", "KEY=\nA=1\n", "KEY=sk-1\nA=1\n"],
    ["a longer name is another one", "KEY2=a\nMY_KEY=b\n", "KEY2=a\nMY_KEY=b\nKEY=sk-1\n"],
    ["other letters are another one", "key=a\n", "key=a\nKEY=sk-1\n"],
    ["a comment is none", "# KEY=a\n", "# KEY=a\nKEY=sk-1\n"],
    ["a comment behind it goes with it", 'KEY="a" # "old"\nA=1\n', "KEY=sk-1\nA=1\n"],
    ["odd lines stay", "what?\n\n = \nA\n", "what?\n\n = \nA\nKEY=sk-1\n"],
    ["CRLF stays CRLF", "A=1\r\nKEY=a\r\nB=2\r\n", "A=1\r\nKEY=sk-1\r\nB=2\r\n"],
    ["also for what is added", "A=1\r\nB=2", "A=1\r\nB=2\r\nKEY=sk-1\r\n"],
    ["mixed line ends stay mixed", "A=1\nKEY=a\r\nB=2\n", "A=1\nKEY=sk-1\r\nB=2\n"],
    ["a mark at the beginning stays", "\u00EF\u00BB\u00BFKEY=a\n", "\u00EF\u00BB\u00BFKEY=sk-1\n"],
    ["also alone", "\u00EF\u00BB\u00BF", "\u00EF\u00BB\u00BFKEY=sk-1\n"],
    ["a quote within a value opens nothing", "A=it's\nKEY=a\n", "A=it's\nKEY=sk-1\n"],
    ["nor one in a comment", "# it's\nKEY=a\n", "# it's\nKEY=sk-1\n"],
    ["a backslash at a comment's end is none", "# a\\\nKEY=a\n", "# a\\\nKEY=sk-1\n"],
  ])("%s", (_, before, after) => {
    expect(set(before)).toBe(after);
    expect(set(after)).toBe(after);
  });
});

describe("a value of several lines is one", () => {
  test.each([
    ["what is in it is no line of its own", 'A="\nKEY=x\n"\n', 'A="\nKEY=x\n"\nKEY=sk-1\n'],
    ["whatever the quote", "A='\nKEY=x\n'\nKEY=y\n", "A='\nKEY=x\n'\nKEY=sk-1\n"],
    ["or this one", "A=`\nKEY=x\n`\n", "A=`\nKEY=x\n`\nKEY=sk-1\n"],
    ["an escaped quote does not end it", 'A="\\"\nKEY=x\n"\n', 'A="\\"\nKEY=x\n"\nKEY=sk-1\n'],
    ["the variable's own is replaced whole", 'KEY="a\nb\nc"\nA=1\n', "KEY=sk-1\nA=1\n"],
    ["its line end is that of its last line", 'KEY="a\nb"\r\nA=1\r\n', "KEY=sk-1\r\nA=1\r\n"],
  ])("%s", (_, before, after) => {
    expect(set(before)).toBe(after);
  });
});

describe("what programs do not read alike is refused", () => {
  test.each([
    [
      "a quote that is not closed",
      'A=1\nB="x\nKEY=y\n',
      "the quote that opens in line 2 is not closed",
    ],
    ["a backslash before a single quote", "A='x\\'\nKEY='y'\n", "line 1 has a backslash before '"],
    ["a line that goes on", "A=x\\\nKEY=y\n", "line 1 ends in a backslash"],
    ["or would go on with what is added", "A=1\nB=x\\\n", "line 2 ends in a backslash"],
    ["or is the variable's own", "KEY=x\\\nB=1\n", "line 1 ends in a backslash"],
    ["carriage returns that end no line", "A=1\rKEY=2\r", "carriage returns"],
  ])("%s", (_, before, error) => {
    expect(set(before)).toContain(`refused: `);
    expect(set(before)).toContain(error);
  });

  test.each(["", "a b", "a\nB=1", "a'b", "$(x)", 'a"'])("the value %j", (value) => {
    expect(set("A=1\n", value)).toBe("refused: the value holds characters that would need quotes");
  });
});

test("many variables are set in one pass: each in its place, the others in order at the end", () => {
  const text = 'A=1\nB="\nC=x\n"\nexport C=2\nA=3\n';
  const values = new Map(["D", "A", "E", "C"].map((name) => [name, `sk-${name}`]));
  expect(setInDotenv(text, values)).toEqual({
    ok: true,
    value: 'A=sk-A\nB="\nC=x\n"\nexport C=sk-C\nD=sk-D\nE=sk-E\n',
  });
  expect(setInDotenv("A=x\\\nB=1\n", new Map([["C", "1"]]))).toMatchObject({ ok: true });
  expect(setInDotenv("A=x\\\nB=1\n", values)).toMatchObject({ ok: false });
  const unfit = new Map([...values, ["F", "a b"]]);
  expect(setInDotenv(text, unfit)).toMatchObject({ ok: false });
});

test("of more lines than variables are kept in no file is taken apart for each key", () => {
  const full = set("A=\n".repeat(19_998));
  expect(full).toMatch(/KEY=sk-1\n$/);
  expect(set(full)).toBe(full);
  expect(set("A=\n".repeat(19_999))).toBe("refused: it would have more than 20000 lines");
  expect(set("A=\n".repeat(20_000))).toBe("refused: it has more than 20000 lines");
});

test("a line is looked at once, however many variables are set", () => {
  const text = Array.from({ length: 100 }, (_, at) => `A_${at}=1\n`).join("");
  const values = new Map(Array.from({ length: 200 }, (_, at) => [`A_${at}`, "sk-1"]));
  const spy = vi.spyOn(RegExp.prototype, "exec");
  setInDotenv(text, values);
  const count = spy.mock.calls.length;
  spy.mockRestore();
  // Less than ten for each line and each variable, not as many for each pair of them.
  expect(count).toBeLessThan(10 * (100 + 200));
});

test("lines that set other variables come out as they were, and the variable is set once", () => {
  const line = fc.constantFrom("A=1", "KEY=x", "export KEY='y'", "#c", "", "B='a b'", 'KEY="a\nb"');
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom("\n", "\r\n"), (lines, eol) => {
      const text = lines.map((each) => each + eol).join("");
      const after = set(text);
      const others = lines.filter((each) => !each.includes("KEY"));
      const kept = after.split(eol).filter((each) => !each.includes("KEY"));
      expect(kept.slice(0, -1)).toEqual(others);
      expect(after.split("KEY=sk-1")).toHaveLength(2);
    }),
  );
});
