import { describe, expect, it } from "vitest";
import type { TokenRecord } from "../../src/sandbox/record.ts";
import { testbed } from "../support/testbed.ts";

type Row = readonly [live: Partial<TokenRecord>, declared: string];

const models = (model_limits: string): Partial<TokenRecord> => ({
  model_limits_enabled: model_limits !== "",
  model_limits,
});

/** What the server would not honour as meant. */
const CHANGES: readonly Row[] = [
  [models("a, b"), "model_limits: [a, b]"],
  [models(" a,b"), 'model_limits: "a,b"'],
  [{ allow_ips: "10.0.0.1,10.0.0.2" }, "allow_ips: [10.0.0.1, 10.0.0.2]"],
  [{ allow_ips: "10.0.0.1" }, "allow_ips: null"],
  [{ allow_ips: null }, "allow_ips: [10.0.0.1]"],
  [models("a"), "model_limits: []"],
  [{ expired_time: 0 }, "expired_time: never"],
  [{ group: "vip" }, 'group: ""'],
];

/** Other spellings of what is there. */
const SAME: readonly Row[] = [
  [{ allow_ips: null }, 'allow_ips: ""'],
  [{ allow_ips: "" }, "allow_ips: null"],
  [{ allow_ips: null }, "allow_ips: []"],
  [models("a,b"), "model_limits: [b, a]"],
  [models("a,b,a"), 'model_limits: "a,b"'],
  [models("a,b"), 'model_limits: " b , a "'],
  [{ allow_ips: "10.0.0.1\n10.0.0.2" }, "allow_ips: [10.0.0.2, 10.0.0.1]"],
  [{ allow_ips: "10.0.0.1/32" }, "allow_ips: [10.0.0.1]"],
  [{ allow_ips: "2001:db8::1" }, 'allow_ips: ["2001:0DB8:0:0:0:0:0:1"]'],
  [{ allow_ips: "10.0.0.1" }, 'allow_ips: ["::ffff:10.0.0.1"]'],
  [{ allow_ips: " 10.0.0.1 \n\n10.0.0.2" }, 'allow_ips: "10.0.0.1\\n10.0.0.2"'],
  [{ expired_time: 1_801_353_600 }, "expired_time: 2027-01-31T00:00:00Z"],
  [{ expired_time: 1_801_353_600 }, "expired_time: 2027-01-31T08:00:00+08:00"],
  [{ expired_time: 1_801_439_999 }, "expired_time: 2027-01-31"],
  [{ expired_time: -1 }, "expired_time: never"],
  [{ status: 1 }, "status: enabled"],
  [{ group: "vip", allow_ips: "192.0.2.1", ...models("x") }, "description: nothing managed"],
];

async function planned(rows: readonly Row[]): Promise<readonly string[]> {
  const place = await testbed(
    rows.map(([, declared], index) => `{ name: key-${index}, remain_quota: 500, ${declared} }`),
    { seed: rows.map(([live], index) => ({ name: `key-${index}`, remain_quota: 500, ...live })) },
  );
  const plan = await place.run("plan --format json");
  expect(plan).toMatchObject({ code: 0 });
  const changes: readonly { readonly name: string }[] = JSON.parse(plan.stdout).changes;
  return changes.map(({ name }) => rows[Number(name.slice(4))]?.[1] ?? name);
}

describe("the live side is read as the server reads it, the file is spelled freely", () => {
  it("what the server would not honour as declared is a change", async () => {
    const expected = CHANGES.map(([, declared]) => declared);
    expect(new Set(await planned(CHANGES))).toEqual(new Set(expected));
  });

  it("order, null against empty, and other spellings in the file are no change", async () => {
    expect(await planned(SAME)).toEqual([]);
  });

  it("one apply puts right every value the server would not honour", async () => {
    const place = await testbed(
      [
        "{ name: models, remain_quota: 500, model_limits: [a, b] }",
        "{ name: addresses, remain_quota: 500, allow_ips: [10.0.0.1, 10.0.0.2] }",
      ],
      {
        seed: [
          { name: "models", remain_quota: 500, ...models("a, b") },
          { name: "addresses", remain_quota: 500, allow_ips: "10.0.0.1,10.0.0.2" },
        ],
      },
    );
    expect(await place.run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect(place.sandbox.store.all()).toMatchObject([
      { name: "addresses", allow_ips: "10.0.0.1\n10.0.0.2" },
      { name: "models", model_limits: "a,b", model_limits_enabled: true },
    ]);
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  });
});
