import { describe, expect, it } from "vitest";
import { testbed } from "../support/testbed.ts";

const numbered = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);

describe("the fewest requests that do the job", () => {
  it("250 live keys, one declared key missing: plan reads 3 pages, apply sends at most 6", async () => {
    const place = await testbed(
      ["{ name: live-7, remain_quota: 500 }", "{ name: missing, remain_quota: 500 }"],
      { seed: numbered(250, "live").map((name) => ({ name, remain_quota: 500 })) },
    );
    const { requests, store } = place.sandbox;

    const before = await place.run("plan --detailed-exitcode");
    expect(before).toMatchObject({ code: 2, stderr: "" });
    expect(before.stdout).toContain(
      "Plan: 1 to create, 0 to update, 0 to delete, 1 unchanged, 249 unmanaged.\n",
    );
    expect(requests.map(({ method }) => method)).toEqual(["GET", "GET", "GET"]);

    const applied = await place.run("apply --auto-approve --settle 60s");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain("Applied: 1 created, 0 updated, 0 deleted.\n");
    const sent = requests.slice(3);
    expect(sent.length).toBeLessThanOrEqual(6);
    expect(sent.filter(({ method }) => method !== "GET").map(({ method }) => method)).toEqual([
      "POST",
    ]);
    expect(store.all().filter(({ name }) => name === "missing")).toHaveLength(1);
    expect(store.all()).toHaveLength(251);

    const after = await place.run("plan --detailed-exitcode");
    expect(after).toMatchObject({ code: 0, stderr: "" });
    expect(after.stdout).toContain("No changes.\n");
  });

  it("100 creates at --concurrency 8: at most 8 in flight, 104 requests, every name once", async () => {
    const names = numbered(100, "fresh");
    const place = await testbed(
      names.map((name) => `{ name: ${name}, remain_quota: 1000 }`),
      { latencyMs: 20 },
    );
    const { sandbox } = place;

    const applied = await place.run("apply --auto-approve --concurrency 8 --settle 60s");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain("Applied: 100 created, 0 updated, 0 deleted.\n");
    expect(sandbox.maxInFlight).toBeLessThanOrEqual(8);
    // A bound that is never reached would be no concurrency at all.
    expect(sandbox.maxInFlight).toBeGreaterThan(4);
    expect(sandbox.requests.length).toBeLessThanOrEqual(104);
    expect(
      sandbox.store
        .all()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());

    const again = await place.run("plan --detailed-exitcode");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("No changes.\n100 unchanged, 0 unmanaged.\n");
  });

  it("64 requests at a time are no leak to Node: nothing is said about listeners", async () => {
    const names = numbered(100, "fresh");
    const place = await testbed(
      names.map((name) => `{ name: ${name}, remain_quota: 1000 }`),
      { latencyMs: 50 },
    );
    const run = await place.run("apply --auto-approve --concurrency 64");
    expect(run.code).toBe(0);
    expect(place.sandbox.maxInFlight).toBeGreaterThan(10);
    expect(run.stderr).not.toMatch(/warning|listeners/i);
  });

  it("the optional helps are asked for at most once, and only where something declared needs them", async () => {
    const place = await testbed(["{ name: plain, remain_quota: 1 }"], {
      seed: [{ name: "other" }],
    });
    const paths = (): readonly string[] =>
      place.sandbox.requests.map(({ path }) => path).filter((path) => !path.includes("/token/"));
    await place.run("plan");
    expect(paths()).toEqual([]);

    place.declare(
      "{ name: one, remain_quota: 1, model_limits: [gpt-4o], group: vip }",
      "{ name: two, remain_quota: 1, model_limits: [gpt-4], group: vip }",
    );
    expect(await place.run("plan --quiet")).toMatchObject({ code: 0, stderr: "" });
    expect(paths().toSorted()).toEqual(["/api/models", "/api/user/self/groups"]);
  });
});
