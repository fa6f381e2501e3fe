import { expect, test } from "vitest";
import { differing } from "../../src/apply/outcomes.ts";

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
