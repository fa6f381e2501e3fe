import { expect, test } from "vitest";
import { differing, done, duplicatesMessage, failed } from "../../src/apply/outcomes.ts";

const change = (before: string | readonly string[], after: string | readonly string[]) =>
  ({ field: "model_limits", before, after, direction: "widen" }) as const;

test("the fields that differ are told with what they are", () => {
  expect(differing([change(["a", "b"], [])])).toBe('model_limits is ["a","b"] instead of []');
});

test("of a record that a hostile server has filled, so much is told as a person reads", () => {
  const items = Array.from({ length: 10_000 }, () => "m".repeat(1_000));
  const told = differing([change(items, ["x"]), change("g".repeat(60_000), "")]);
  expect(told).toContain("and 9980 more instead of");
  expect(told.length).toBeLessThan(6_000);
});

test("of any number of keys of one name, twenty are named", () => {
  const keys = Array.from({ length: 60_000 }, (_, at) => ({ id: at + 1 }));
  const message = duplicatesMessage(keys);
  expect(message).toMatch(/^60000 live keys have this name \(ids 1, 2, .*, 20 and 59980 more\);/);
});

test("an outcome is told in bounds, whatever a server has put into its words", () => {
  const change = { action: "create", name: "a" } as const;
  const long = "x y ".repeat(1_000_000);
  expect(failed(change, "moved", long).error?.message.length).toBeLessThan(4_010);
  expect(done(change, 1, long).note?.length).toBeLessThan(4_010);
});
