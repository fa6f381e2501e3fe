import { describe, expect, test } from "vitest";
import { instantText, liveModels } from "../../src/model/field-rules.ts";
import { FIELD_ORDER, fieldsOf } from "../../src/model/fields.ts";
import schema from "../../schemas/keys.schema.json" with { type: "json" };
import { liveKey } from "../support/records.ts";

describe("stored models are read as the gateway splits them", () => {
  test.each([
    ["", []],
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a,b,a", ["a", "b"]],
    ["a,,b,", ["a", "b"]],
    ["a, b", ["a", " b"]],
    [" gpt-4o , gpt-4o,", [" gpt-4o ", " gpt-4o"]],
    ["a\nb", ["a\nb"]],
  ])("%j", (stored, models) => {
    expect(liveModels(stored)).toEqual(models);
  });
});

test("the schema has the fields of the table", () => {
  const { defaults } = schema.properties;
  expect(Object.keys(defaults.properties).toSorted()).toEqual(FIELD_ORDER.toSorted());
  expect(Object.keys(schema.definitions.key.properties)).toEqual(
    expect.arrayContaining([...FIELD_ORDER]),
  );
});

test("fields are printed and hashed in an order that digests rest on", () => {
  expect(FIELD_ORDER.slice(0, 3)).toEqual(["remain_quota", "unlimited_quota", "expired_time"]);
  expect(FIELD_ORDER.at(-1)).toBe("status");
});

describe("what a file would declare to get a record as it is", () => {
  test("a limited key: its grant, in canonical form", () => {
    const live = liveKey({ used_quota: 300, allow_ips: "2001:DB8::1/128", model_limits: "b,a" });
    expect(fieldsOf(live)).toMatchObject({
      expired_time: -1,
      remain_quota: 800,
      unlimited_quota: false,
      model_limits_enabled: false,
      model_limits: ["b", "a"],
      allow_ips: ["2001:db8::1"],
      group: "",
      cross_group_retry: false,
    });
  });

  test("no grant of an unlimited key, none below zero, and no status but a person's", () => {
    expect(fieldsOf(liveKey({ unlimited_quota: true }))).not.toHaveProperty("remain_quota");
    expect(fieldsOf(liveKey({ remain_quota: -7 })).remain_quota).toBe(0);
    expect(fieldsOf(liveKey({ status: 2 })).status).toBe("disabled");
    expect(fieldsOf(liveKey({ status: 3 }))).not.toHaveProperty("status");
  });
});

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
