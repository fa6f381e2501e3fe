import { describe, expect, test } from "vitest";
import type { FieldChange } from "../../src/model/plan.ts";
import { fieldLines, instantText, listHunks, valueText } from "../../src/render/field-text.ts";

describe("an instant is written so that a person can read it", () => {
  test.each([
    [-1, "never"],
    [0, "1970-01-01T00:00:00Z"],
    [1_800_000_000, "2027-01-15T08:00:00Z"],
    [1_900_000_000_000, "+062178-08-08T17:46:40Z"],
    [9_007_199_254_740_991, "9007199254740991 s"],
    [-2, "1969-12-31T23:59:58Z"],
  ])("%i", (seconds, text) => {
    expect(instantText(seconds)).toBe(text);
  });
});

describe("a value stands on one line and shows what is stored", () => {
  test.each([
    ["group", null, "(none)"],
    ["group", "", '""'],
    ["group", "vip", "vip"],
    ["group", "a b", '"a b"'],
    ["group", "a\nb", '"a\\nb"'],
    ["group", "\u202ex", "\\u202ex"],
    ["expired_time", -1, "never"],
    ["expired_time", 1_800_000_000, "2027-01-15T08:00:00Z"],
    ["remain_quota", -1, "-1"],
    ["unlimited_quota", true, "true"],
    ["status", 1, "enabled"],
    ["status", 2, "disabled"],
    ["status", 3, "expired"],
    ["status", 4, "exhausted"],
    ["status", 9, "9"],
    ["model_limits", [], "(none)"],
    ["model_limits", ["a", "b"], "a, b"],
    ["model_limits", [" a", "b,c"], '" a", "b,c"'],
  ] as const)("%s %j", (field, value, text) => {
    expect(valueText(field, value)).toBe(text);
  });
});

describe("a list changes as hunks", () => {
  test.each([
    [[], ["a"], ["+a"]],
    [["a"], [], ["-a"]],
    [
      ["b", "a"],
      ["a", "c"],
      [" a", "-b", "+c"],
    ],
    [
      ["a", "b", "c", "d", "e"],
      ["a", "b", "c", "d", "f"],
      [" d", "-e", "+f"],
    ],
    [
      ["a", "b", "c", "d", "e"],
      ["b", "c", "d"],
      ["-a", " b", " d", "-e"],
    ],
    [["a"], ["a"], []],
    [["a\nb"], ["a", "b"], ["-a\nb", "+a", "+b"]],
    [["a\r"], ["a"], ["-a\r", "+a"]],
    [["\\ No newline at end of file"], ["x"], ["-\\ No newline at end of file", "+x"]],
    [[""], ["a"], ["-", "+a"]],
  ])("%j to %j", (before, after, lines) => {
    expect(listHunks(before, after)).toEqual(lines);
  });
});

describe("a changed field", () => {
  const change = (fields: Partial<FieldChange>): FieldChange => ({
    field: "group",
    before: "",
    after: "vip",
    direction: "widen",
    ...fields,
  });

  test("shows both values", () => {
    expect(fieldLines(change({}))).toEqual(['group                "" → vip']);
  });

  test("of a new key shows the value alone", () => {
    expect(fieldLines(change({ before: null }))).toEqual(["group                vip"]);
  });

  test("of a new key shows a list on one line", () => {
    const models = change({ field: "model_limits", before: null, after: ["a", "b"] });
    expect(fieldLines(models)).toEqual(["model_limits         a, b"]);
  });

  test("of quota says what was used and what will remain", () => {
    const quota = { used: 300, remainBefore: 200, remainAfter: 500 };
    const raised = change({ field: "remain_quota", before: 500, after: 800, quota });
    expect(fieldLines(raised)).toEqual([
      "remain_quota         500 → 800  (used 300; remaining 200 → 500)",
    ]);
  });

  test("of a list shows the entries that come and go", () => {
    const list = change({ field: "allow_ips", before: ["::1", "a b"], after: ["::1", "::2"] });
    expect(fieldLines(list)).toEqual(["allow_ips", "    ::1", '  - "a b"', "  + ::2"]);
  });
});
