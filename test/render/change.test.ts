import { describe, expect, test } from "vitest";
import { listHunks, valueText } from "../../src/render/change.ts";

describe("a value stands on one line and shows what is stored", () => {
  test.each([
    ["group", null, "(none)"],
    ["group", "", '""'],
    ["group", "vip", "vip"],
    ["group", "a b", '"a b"'],
    ["group", "a\nb", '"a\\nb"'],
    ["group", "\u202ex", "\\u202ex"],
    ["group", "::stop-commands::x", '"::stop-commands::x"'],
    ["allow_ips", ["::1", "fe80::"], "::1, fe80::"],
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

  test("lists that differ in many items show what goes and what comes, without lines around", () => {
    const items = (prefix: string, count: number): readonly string[] =>
      Array.from({ length: count }, (_, at) => `${prefix}${at}`).toSorted();
    const [before, after] = [items("a", 4_000), items("b", 4_000)];
    expect(listHunks(["kept", ...before], ["kept", ...after])).toEqual([
      ...before.map((item) => `-${item}`),
      ...after.map((item) => `+${item}`),
    ]);
  });
});
