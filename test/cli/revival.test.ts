import { describe, expect, it } from "vitest";
import { STATUS } from "../../src/model/status.ts";
import type { TokenRecord } from "../../src/sandbox/record.ts";
import { NOW, testbed } from "../support/testbed.ts";

const LATER = NOW + 86_400;

const EXHAUSTED: Partial<TokenRecord> = {
  name: "worker",
  status: STATUS.exhausted,
  remain_quota: 0,
  used_quota: 500,
};
const EXPIRED: Partial<TokenRecord> = {
  name: "worker",
  status: STATUS.expired,
  remain_quota: 500,
  expired_time: NOW - 60,
};

describe("a key that stopped by itself works again once its cause is gone", () => {
  it.each([
    ["an exhausted key given more", EXHAUSTED, "remain_quota: 900"],
    ["an expired key given time", EXPIRED, `remain_quota: 500, expired_time: ${LATER}`],
    ["an exhausted key made unlimited", EXHAUSTED, "unlimited_quota: true"],
    // The run before this one died after its full PUT, before the status followed.
    [
      "an exhausted key whose first run died between the two writes",
      { ...EXHAUSTED, remain_quota: 400 },
      "remain_quota: 900",
    ],
    [
      "an expired key whose first run died between the two writes",
      { ...EXPIRED, expired_time: LATER },
      `remain_quota: 500, expired_time: ${LATER}`,
    ],
  ])("%s ends with status 1, and the next plan is empty", async (_, seed, fields) => {
    const place = await testbed([`{ name: worker, ${fields} }`], { seed: [seed] });
    const plan = await place.run("plan --detailed-exitcode");
    expect(plan).toMatchObject({ code: 2 });
    expect(plan.stdout).toMatch(/status +(exhausted|expired) → enabled/);
    expect(await place.run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect(place.sandbox.store.all()[0]).toMatchObject({ status: STATUS.enabled });
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  });

  it.each([
    ["exhausted", EXHAUSTED, "remain_quota: 500, status: enabled"],
    ["expired", EXPIRED, `remain_quota: 500, expired_time: ${NOW - 60}, status: enabled`],
  ])("a key that is %s for good reason is left alone", async (_, seed, fields) => {
    const place = await testbed([`{ name: worker, ${fields} }`], { seed: [seed] });
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  });
});

describe("status", () => {
  it("a disable by hand is a change only where the file declares status", async () => {
    const byHand = { name: "worker", status: STATUS.disabled, remain_quota: 500 };
    const place = await testbed(["{ name: worker, remain_quota: 500 }"], { seed: [byHand] });
    const silent = await place.run("plan --detailed-exitcode");
    expect(silent).toMatchObject({ code: 0 });
    expect(silent.stderr).toContain("disabled by hand; declare `status` to manage that");

    place.declare("{ name: worker, remain_quota: 500, status: enabled }");
    const declared = await place.run("plan --detailed-exitcode");
    expect(declared).toMatchObject({ code: 2 });
    expect(declared.stdout).toMatch(/status +disabled → enabled/);
    expect(await place.run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect(place.sandbox.store.all()[0]).toMatchObject({ status: STATUS.enabled });
  });

  it("a new key declared disabled is created and then disabled, and nothing else of it changes", async () => {
    const place = await testbed([
      `{ name: worker, remain_quota: 500, expired_time: ${LATER}, allow_ips: [10.0.0.0/8], model_limits: [a, b], group: vip, status: disabled }`,
    ]);
    expect(await place.run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect(place.sandbox.store.all()).toMatchObject([
      {
        name: "worker",
        status: STATUS.disabled,
        remain_quota: 500,
        expired_time: LATER,
        allow_ips: "10.0.0.0/8",
        model_limits_enabled: true,
        model_limits: "a,b",
        group: "vip",
      },
    ]);
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  });
});
