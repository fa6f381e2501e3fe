import { describe, expect, it } from "vitest";
import { NOW, testbed } from "../support/testbed.ts";

const TWINS = [
  { id: 11, name: "twin", remain_quota: 500, created_time: NOW - 900, accessed_time: NOW - 900 },
  {
    id: 12,
    name: "twin",
    remain_quota: 300,
    used_quota: 200,
    created_time: NOW - 800,
    accessed_time: NOW - 60,
  },
];

describe("a declared name that is live twice", () => {
  const entries = ["{ name: twin, remain_quota: 900 }", "{ name: fresh, remain_quota: 500 }"];

  it("is shown first, with ids, age and use, and plan foretells exit code 8", async () => {
    const place = await testbed(entries, { seed: TWINS });
    const [plain, detailed] = await Promise.all([
      place.run("plan"),
      place.run("plan --detailed-exitcode"),
    ]);
    expect([plain.code, detailed.code, (await place.run("drift")).code]).toEqual([8, 8, 8]);
    expect(plain.stdout).toBe(detailed.stdout);
    const lines = plain.stdout.split("\n");
    const at = lines.findIndex((line) => line.startsWith("! twin: 2 live keys have this name; "));
    expect(at).toBeLessThan(lines.indexOf("+ fresh"));
    expect(lines.slice(at + 1, at + 3)).toEqual([
      "    id 11, created 2027-01-15T07:45:00Z, last used never, 0 used",
      "    id 12, created 2027-01-15T07:46:40Z, last used 2027-01-15T07:59:00Z, 200 used",
    ]);
    expect(plain.stdout).toContain("Not done: 1 in conflict.\n");
    expect(plain.stdout).not.toContain("No changes.");
  });

  it("stops neither the other keys nor exit code 8", async () => {
    const place = await testbed(entries, { seed: TWINS });
    const before = place.sandbox.store.all();
    const applied = await place.run("apply --auto-approve --format json");
    expect(applied).toMatchObject({ code: 8 });
    expect(JSON.parse(applied.stdout)).toMatchObject({
      summary: { create: 1, conflict: 1 },
      changes: [{ action: "conflict", name: "twin", duplicates: [{ id: 11 }, { id: 12 }] }, {}],
      results: [
        {
          action: "conflict",
          name: "twin",
          status: "not_attempted",
          error: { code: "duplicates" },
        },
        { action: "create", name: "fresh", status: "done" },
      ],
    });
    const after = place.sandbox.store.all();
    expect(after.filter(({ name }) => name === "twin")).toEqual(before);
    expect(after.filter(({ name }) => name === "fresh")).toHaveLength(1);
  });

  it("is not even created once more when it is the only thing to see to", async () => {
    const place = await testbed(["{ name: twin, remain_quota: 500 }"], { seed: TWINS });
    expect(await place.run("plan --detailed-exitcode")).toMatchObject({ code: 8 });
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 8 });
    expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  it("is only a note when no file declares it", async () => {
    const place = await testbed(["{ name: fresh, remain_quota: 500 }"], { seed: TWINS });
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stderr).toContain(
      'note[duplicates]: 2 undeclared live keys are named "twin" (ids ',
    );
  });
});

describe("a missing key whose expiry is past", () => {
  it("is blocked alone: plan foretells exit code 5, apply does the rest and gives it", async () => {
    const place = await testbed([
      `{ name: late, remain_quota: 500, expired_time: ${NOW - 1} }`,
      "{ name: fresh, remain_quota: 500 }",
    ]);
    const plan = await place.run("plan");
    expect(plan).toMatchObject({ code: 5 });
    expect(plan.stdout).toContain("! late: blocked: expired_time is in the past");
    expect(plan.stdout).toContain("Not done: 1 blocked.\n");
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 5 });
    expect(applied.stdout).toMatch(/^✗ blocked late not attempted: /m);
    expect(place.sandbox.store.all().map(({ name }) => name)).toEqual(["fresh"]);
    const again = await place.run("plan --detailed-exitcode");
    expect(again).toMatchObject({ code: 5 });
  });

  it("is left as it is when it is live", async () => {
    const expired = NOW - 3600;
    const place = await testbed([`{ name: late, remain_quota: 500, expired_time: ${expired} }`], {
      seed: [{ name: "late", remain_quota: 500, expired_time: expired, status: 3 }],
    });
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain("No changes.\n");
  });
});
