import { describe, expect, test } from "vitest";
import { liveModels } from "../../src/model/field-rules.ts";
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
    expect(fieldsOf(live)).toEqual({
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
