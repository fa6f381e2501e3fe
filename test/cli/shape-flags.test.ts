import { describe, expect, it } from "vitest";
import { testbed } from "../support/testbed.ts";

const ENTRIES = [
  "{ name: team-a, remain_quota: 500 }",
  "{ name: team-b, remain_quota: 500 }",
  "{ name: other, remain_quota: 500 }",
];

describe("--only", () => {
  it("leaves other keys out of counts, changes and failures", async () => {
    const place = await testbed(ENTRIES, {
      seed: [
        { name: "team-a", remain_quota: 1 },
        { name: "other", remain_quota: 1 },
        { name: "other", remain_quota: 1 },
        { name: "team-x" },
        { name: "foreign" },
      ],
    });
    const plan = await place.run("plan --only team-*");
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain(
      "Plan: 1 to create, 1 to update, 0 to delete, 0 unchanged, 1 unmanaged.\n",
    );
    expect(plan.stdout).not.toContain("other");
    expect(await place.run("apply --auto-approve --only team-*")).toMatchObject({ code: 0 });
    expect(
      place.sandbox.store
        .all()
        .filter(({ remain_quota }) => remain_quota === 500)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["team-a", "team-b"]);
  });

  it("that matches no declared key is a slip: 3, and nothing is sent", async () => {
    const place = await testbed(ENTRIES);
    const plan = await place.run("plan --only team-* --only taem-a");
    expect(plan).toMatchObject({ code: 3, stdout: "" });
    expect(plan.stderr).toContain('--only "taem-a": no declared key has such a name');
    expect(place.sandbox.requests).toEqual([]);
  });
});

describe("--create-only", () => {
  it("creates what is missing and leaves existing keys alone, which it says", async () => {
    const place = await testbed(ENTRIES, { seed: [{ name: "team-a", remain_quota: 1 }] });
    const applied = await place.run("apply --auto-approve --create-only");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stderr).toContain('"team-a" differs from the file and is left alone');
    expect(place.sandbox.store.all().find(({ name }) => name === "team-a")).toMatchObject({
      remain_quota: 1,
    });
    expect(place.sandbox.store.all()).toHaveLength(3);
    expect(place.sandbox.requests.every(({ method }) => method !== "PUT")).toBe(true);
  });
});

describe("--max-keys", () => {
  it.each(["plan", "apply --auto-approve"])(
    "refuses %s when the account would hold more: 5, nothing written",
    async (command) => {
      const place = await testbed(ENTRIES, { seed: [{ name: "foreign" }] });
      const refused = await place.run(`${command} --max-keys 3`);
      expect(refused).toMatchObject({ code: 5 });
      expect(refused.stderr).toContain("4 keys, more than --max-keys 3 allows");
      expect(place.sandbox.store.all()).toHaveLength(1);
      expect(await place.run(`${command} --max-keys 4`)).toMatchObject({ code: 0 });
    },
  );
});

describe("account.user_id", () => {
  const pinned = (userId: number): string =>
    `version: 1\naccount: { user_id: ${userId} }\nkeys:\n  - { name: a, remain_quota: 1 }\n`;

  it.each(["plan", "apply --auto-approve"])(
    "of another account than the token's refuses %s with 5 and names both",
    async (command) => {
      const place = await testbed([], { userId: 5678 });
      place.write(pinned(1234));
      const refused = await place.run(command);
      expect(refused).toMatchObject({ code: 5, stdout: "" });
      expect(refused.stderr).toContain("the file is for account 1234 (account.user_id)");
      expect(refused.stderr).toContain("this token belongs to account 5678");
      expect(place.sandbox.store.all()).toEqual([]);
    },
  );

  it("that differs from COMETAPI_USER_ID is a contradiction: 3, and nothing is sent", async () => {
    const place = await testbed([], { userId: 5678 });
    const env = { COMETAPI_USER_ID: "1234" };
    place.write(pinned(5678));
    const plan = await place.run("plan", { env });
    expect(plan).toMatchObject({ code: 3, stdout: "" });
    expect(plan.stderr).toContain("COMETAPI_USER_ID is 1234, but the file is for account 5678");
    expect(place.sandbox.requests).toEqual([]);
  });

  it("that agrees with both is applied", async () => {
    const place = await testbed([], { userId: 5678, requireUserHeader: true });
    const env = { COMETAPI_USER_ID: "5678" };
    place.write(pinned(5678));
    expect(await place.run("apply --auto-approve", { env })).toMatchObject({ code: 0 });
    expect(place.sandbox.store.all()).toMatchObject([{ name: "a", user_id: 5678 }]);
  });
});

describe("a token that lists several accounts", () => {
  const seed = [
    { name: "mine", user_id: 1, remain_quota: 1 },
    { name: "theirs", user_id: 2, remain_quota: 1 },
    { name: "theirs", user_id: 3, remain_quota: 1 },
  ];

  it.each(["plan", "apply --auto-approve"])(
    "refuses %s with 5, counts and names the accounts, and points to account.user_id",
    async (command) => {
      const place = await testbed(["{ name: fresh, remain_quota: 1 }"], {
        adminList: true,
        seed,
      });
      const refused = await place.run(command);
      expect(refused).toMatchObject({ code: 5, stdout: "" });
      expect(refused.stderr).toContain("the keys of 3 accounts (user_id 1, 2, 3)");
      expect(refused.stderr).toContain("account.user_id");
      expect(place.sandbox.store.all()).toHaveLength(3);
    },
  );

  it("can be planned, but never applied, for the account the file names", async () => {
    const place = await testbed([], { adminList: true, seed });
    place.write("version: 1\naccount: { user_id: 1 }\nkeys: [{ name: mine, remain_quota: 1 }]\n");
    const plan = await place.run("plan");
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toContain("No changes.\n1 unchanged, 0 unmanaged.\n");
    const refused = await place.run("apply --auto-approve");
    expect(refused).toMatchObject({ code: 5, stdout: "" });
    expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
  });
});
