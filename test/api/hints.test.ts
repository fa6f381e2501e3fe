import { expect, test } from "vitest";
import { parseGroups, parseModels, parseSelf } from "../../src/api/hints.ts";

test("models are the ids of a non-empty list", () => {
  expect(parseModels([{ id: "a" }, { id: "b", owned_by: "x" }])).toEqual(new Set(["a", "b"]));
});

test.each([[[]], [{ 1: ["gpt-4"] }], [[{ id: 1 }]], [["gpt-4"]], [[null]], [undefined], ["x"]])(
  "models of another shape, %j, are silence",
  (data) => {
    expect(parseModels(data)).toBeUndefined();
  },
);

test("groups are the names of an object", () => {
  const data = { default: { desc: "d", ratio: 1 }, vip: { desc: "v", ratio: 1 } };
  expect(parseGroups(data)).toEqual(new Set(["default", "vip"]));
});

test.each([[[]], [null], [undefined], ["default"]])("groups as %j are silence", (data) => {
  expect(parseGroups(data)).toBeUndefined();
});

test("the own account is the id of an object", () => {
  expect(parseSelf({ id: 5678, username: "x" })).toBe(5678);
});

test.each([[{ id: "5678" }], [{ id: 1.5 }], [{}], [null], [undefined], [5678]])(
  "an account as %j is silence",
  (data) => {
    expect(parseSelf(data)).toBeUndefined();
  },
);
