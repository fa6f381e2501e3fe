import { describe, expect, it } from "vitest";
import { NOW, testbed } from "../support/testbed.ts";

describe("renamed_from", () => {
  const entry = '{ name: ci, renamed_from: "old key", remain_quota: 500, group: default }';

  it("renames the key in place, once, and the plan after it is empty", async () => {
    const at = await testbed([entry], { seed: [{ name: "old key", remain_quota: 500 }] });
    const [before] = at.sandbox.store.all();
    const plan = await at.run("plan");
    expect(plan.stdout).toContain('~ ci (id 1)\n    name                 "old key" → ci\n');
    expect((await at.run("apply --auto-approve")).code).toBe(0);
    const [after, ...others] = at.sandbox.store.all();
    expect(others).toEqual([]);
    expect(after).toEqual({ ...before, name: "ci", group: "default" });
    expect((await at.run("plan --detailed-exitcode")).stdout).toContain("No changes.");
    expect((await at.run("apply --auto-approve")).code).toBe(0);
  });

  it("creates the key where neither name is live", async () => {
    const at = await testbed([entry]);
    expect((await at.run("apply --auto-approve")).code).toBe(0);
    expect(at.sandbox.store.all().map(({ name }) => name)).toEqual(["ci"]);
  });

  it("where both are live, stops that name alone and says to drop the line", async () => {
    const at = await testbed([entry, "{ name: fresh, remain_quota: 500 }"], {
      seed: [{ name: "old key" }, { name: "ci" }],
    });
    const run = await at.run("apply --auto-approve --format json");
    expect(run.code).toBe(8);
    expect(JSON.parse(run.stdout)).toMatchObject({
      changes: [
        {
          action: "conflict",
          code: "rename-unclear",
          reason: expect.stringContaining("remove renamed_from"),
          candidates: [
            { id: 1, name: "old key" },
            { id: 2, name: "ci" },
          ],
        },
        { action: "create", name: "fresh" },
      ],
    });
    expect(at.sandbox.store.all().map(({ name }) => name)).toEqual(["fresh", "ci", "old key"]);
  });

  it("survives a lost answer", async () => {
    const at = await testbed([entry], { seed: [{ name: "old key", remain_quota: 500 }] });
    at.faults("put reset-after #1");
    expect((await at.run("apply --auto-approve --settle 100ms")).code).toBe(0);
    expect(at.sandbox.store.all().map(({ id, name }) => [id, name])).toEqual([[1, "ci"]]);
  });
});

describe("adopt", () => {
  const TWINS = [
    { id: 11, name: "twin", remain_quota: 500 },
    { id: 12, name: "twin", remain_quota: 300, used_quota: 200, accessed_time: NOW },
    { id: 13, name: "twin" },
  ];
  const named = (at: Awaited<ReturnType<typeof testbed>>) =>
    at.sandbox.store
      .all()
      .map(({ id, name }) => `${id} ${name}`)
      .toReversed();

  it("makes a key the only one of its name, deletes none and changes no value", async () => {
    const at = await testbed(["{ name: twin, remain_quota: 500 }"], { seed: TWINS });
    const before = at.sandbox.store.all();
    expect((await at.run("plan")).code).toBe(8);
    const run = await at.run("adopt --id 12 --name twin --auto-approve");
    expect(run.stdout).toContain("~ twin-duplicate-11 (id 11)\n");
    expect([run.code, named(at)]).toEqual([
      0,
      ["11 twin-duplicate-11", "12 twin", "13 twin-duplicate-13"],
    ]);
    const names = new Map(at.sandbox.store.all().map(({ id, name }) => [id, name]));
    expect(at.sandbox.store.all()).toEqual(
      before.map((key) => ({ ...key, name: names.get(key.id) })),
    );
    expect((await at.run("plan --detailed-exitcode")).code).toBe(0);
    const again = await at.run("adopt --id 12 --name twin --auto-approve");
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("No changes.")]);
  });

  it("gives a key of another name this one, once the others have given it up", async () => {
    const long = "n".repeat(50);
    const seed = [
      { id: 1, name: long },
      { id: 2, name: "loose" },
    ];
    const at = await testbed([], { seed });
    const run = await at.run(`adopt --id 2 --name ${long} --auto-approve --format json`);
    expect(JSON.parse(run.stdout)).toMatchObject({
      results: [{ status: "done" }, { status: "done" }],
    });
    expect(named(at)).toEqual([`1 ${"n".repeat(38)}-duplicate-1`, `2 ${long}`]);
  });

  it("renames nothing to a name that is still another key's", async () => {
    const seed = [
      { id: 1, name: "ci" },
      { id: 2, name: "loose" },
    ];
    const at = await testbed([], { seed });
    at.faults("put refuse #1");
    const run = await at.run("adopt --id 2 --name ci --auto-approve");
    expect(run.stdout).toContain("not renamed: key 1, which has this name, could not be renamed");
    expect([run.code, named(at)]).toEqual([8, ["1 ci", "2 loose"]]);
  });

  it.each([
    ["--id 99 --name twin --auto-approve", "ids 11, 12, 13", 3],
    ["--id x --name twin --auto-approve", "--id x: not the id of a key", 3],
    [`--id 11 --name sk-${"a1".repeat(20)} --auto-approve`, "shaped like a model key", 3],
    ["--id 11 --name a~new --auto-approve", "reserved", 3],
    ["--id 11 --name twin", "there is no terminal to ask on", 3],
    ["--name twin", "--id", 3],
  ])("%s is refused", async (args, said, code) => {
    const at = await testbed([], { seed: TWINS });
    const run = await at.run(`adopt ${args}`);
    expect({ code: run.code, said: run.stderr }).toEqual({
      code,
      said: expect.stringContaining(said),
    });
    expect(at.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  it("touches no key of an administrator's list", async () => {
    const seed = [
      { name: "twin", user_id: 1 },
      { name: "twin", user_id: 2 },
    ];
    const at = await testbed([], { adminList: true, seed });
    const run = await at.run("adopt --id 1 --name twin --auto-approve");
    expect(run.code).toBe(5);
    expect(at.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
  });
});

describe("an account at its limit", () => {
  it("gets a key once another one has gone", async () => {
    const at = await testbed(["{ name: new, remain_quota: 500 }", "{ name: old, state: absent }"], {
      maxKeys: 2,
      seed: [{ name: "stays" }, { name: "old" }],
    });
    const run = await at.run("apply --auto-approve");
    expect(run.stdout).toContain("Applied: 1 created, 0 updated, 1 deleted");
    expect(at.sandbox.store.all().map(({ name }) => name)).toEqual(["new", "stays"]);
    expect(run.code).toBe(0);
  });
});
