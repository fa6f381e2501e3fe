import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { compareFields } from "../../src/plan/compare.ts";
import { createBody, createdFields, updateBody } from "../../src/plan/record.ts";
import { recorded } from "../support/recorded.ts";
import { liveKey, NOW } from "../support/records.ts";

describe("the body of a create", () => {
  test("has all nine fields, the undeclared ones neutral, byte by byte", () => {
    expect(JSON.stringify(createBody("ci", { unlimited_quota: true }))).toBe(
      '{"name":"ci","expired_time":-1,"remain_quota":0,"unlimited_quota":true,"model_limits_enabled":false,"model_limits":"","allow_ips":null,"group":"","cross_group_retry":false}',
    );
  });

  test("is the recorded one when everything is declared", () => {
    const body = createBody("full", {
      expired_time: 1_900_000_000,
      remain_quota: 500_000,
      unlimited_quota: false,
      model_limits_enabled: true,
      model_limits: ["gpt-4o", "claude-3"],
      allow_ips: ["10.0.0.1", "10.1.0.0/16", "2001:db8::1"],
      group: "default",
      cross_group_retry: false,
    });
    expect(body).toEqual(recorded("full").request.body);
  });

  test("carries no status: the server ignores one and stores an enabled key", () => {
    expect(createBody("ci", { status: "disabled" })).not.toHaveProperty("status");
  });

  test("writes cleared addresses as no text", () => {
    expect(createBody("ci", { allow_ips: [] }).allow_ips).toBe("");
  });
});

test("a new record is compared in all created fields but the status", () => {
  expect(createdFields({ group: "vip", status: "disabled", remain_quota: 5 })).toEqual({
    expired_time: -1,
    unlimited_quota: false,
    model_limits_enabled: false,
    model_limits: [],
    allow_ips: [],
    group: "vip",
    cross_group_retry: false,
    remain_quota: 5,
  });
});

describe("the body of an update", () => {
  const live = liveKey({
    id: 7,
    name: "ci",
    status: 4,
    remain_quota: 200,
    used_quota: 300,
    model_limits_enabled: true,
    model_limits: "a, b",
    allow_ips: "10.0.0.1,10.0.0.2",
    group: "auto",
    cross_group_retry: true,
    unknown: [
      ["rpm_limit", 60],
      ["note", null],
    ],
  });
  const body = (desired: DesiredFields, fields: Partial<LiveKey> = {}) => {
    const key = { ...live, ...fields };
    return updateBody(key, compareFields(desired, key, NOW));
  };

  test("is the whole record as read, unknown fields included, byte by byte", () => {
    expect(JSON.stringify(body({ expired_time: NOW }))).toBe(
      `{"rpm_limit":60,"note":null,"id":7,"status":4,"name":"ci","expired_time":${NOW},"remain_quota":200,"unlimited_quota":false,"model_limits_enabled":true,"model_limits":"a, b","allow_ips":"10.0.0.1,10.0.0.2","group":"auto","cross_group_retry":true}`,
    );
  });

  test("keeps what the server would otherwise reset: null addresses stay null", () => {
    expect(body({ group: "" }, { allow_ips: null }).allow_ips).toBeNull();
  });

  test("never carries what is not ours to write", () => {
    for (const field of [
      "key",
      "user_id",
      "used_quota",
      "created_time",
      "accessed_time",
      "unknown",
    ]) {
      expect(body({ group: "" })).not.toHaveProperty(field);
    }
  });

  test("keeps the current status, also when another is planned", () => {
    expect(body({ status: "disabled", group: "" }).status).toBe(4);
    expect(body({ remain_quota: 900 }).status).toBe(4);
  });

  test.each([
    [800, 500],
    [100, 0],
  ])("a grant of %i with 300 used sends %i", (remain_quota, sent) => {
    expect(body({ remain_quota }).remain_quota).toBe(sent);
  });

  test("writes lists as the server stores them", () => {
    const written = body({ model_limits: ["x", "y"], allow_ips: ["10.0.0.0/8", "::1"] });
    expect([written.model_limits, written.allow_ips]).toEqual(["x,y", "10.0.0.0/8\n::1"]);
    const cleared = body({ model_limits: [], allow_ips: [] });
    expect([cleared.model_limits, cleared.allow_ips]).toEqual(["", ""]);
  });

  test("never sends a negative amount for a limited key", () => {
    expect(body({ group: "" }, { remain_quota: -5 }).remain_quota).toBe(0);
    expect(
      body({ unlimited_quota: false }, { remain_quota: -5, unlimited_quota: true }).remain_quota,
    ).toBe(0);
  });

  test("leaves a negative amount of an unlimited key as it is", () => {
    const unlimited = { remain_quota: -5, unlimited_quota: true };
    expect(body({ group: "" }, unlimited).remain_quota).toBe(-5);
  });

  test("cannot be bent by an unknown field that bears a known name", () => {
    const hostile = {
      unknown: [...live.unknown, ...Object.entries({ id: 99, name: "x", group: "y" })],
    };
    expect(body({ expired_time: NOW }, hostile)).toMatchObject({
      id: 7,
      name: "ci",
      group: "auto",
    });
  });
});
