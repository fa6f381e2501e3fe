import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOW, testbed } from "../support/testbed.ts";

const DAY = 86_400;
const file = (keys: string, more = ""): string =>
  `version: 1\nscope: "team-*"\n${more}keys:${keys}\n`;
const A = "\n  - { name: team-a, remain_quota: 500 }";
const KEYS = [
  { name: "team-a", remain_quota: 500 },
  { name: "team-old", remain_quota: 500 },
  { name: "other", remain_quota: 500 },
];

async function bed(text: string, seed: readonly object[] = KEYS, options: object = {}) {
  const place = await testbed([], { seed, ...options });
  place.write(text);
  return {
    ...place,
    names: () =>
      place.sandbox.store
        .all()
        .map(({ name }) => name)
        .toReversed(),
  };
}

describe("--prune", () => {
  it("deletes what no file declares, in the scope alone, and only when asked to", async () => {
    const at = await bed(file(A));
    expect((await at.run("plan --detailed-exitcode")).code).toBe(0);
    const plan = await at.run("plan --prune");
    expect(plan.stdout).toContain("- team-old (id 2)\n");
    expect(plan.stdout).toContain('    ! no file declares it, in the scope "team-*"\n');
    expect(plan.stderr).toContain(
      'the scope "team-*" covers 2 live keys: 1 declared, 1 to be deleted\n',
    );
    const applied = await at.run("apply --prune --auto-approve --format json");
    expect(JSON.parse(applied.stdout)).toMatchObject({
      summary: { delete: 1, unmanaged: 1 },
      changes: [{ action: "delete", name: "team-old", pruned: true }],
      results: [{ action: "delete", name: "team-old", status: "done", id: 2 }],
    });
    expect([applied.code, at.names()]).toEqual([0, ["team-a", "other"]]);
  });

  it("is held in a saved plan, and in no plan that was reviewed without it", async () => {
    const at = await bed(file(A));
    await at.run("plan --prune --out plan.json");
    expect((await at.run("apply plan.json")).code).toBe(0);
    expect(at.names()).not.toContain("team-old");

    const other = await bed(file(A));
    await other.run("plan --out plan.json");
    const run = await other.run("apply plan.json --prune");
    expect(run.stderr).toContain("a saved plan holds its own");
    expect([run.code, other.names()]).toEqual([3, ["team-a", "team-old", "other"]]);
  });

  it("with --prune-disable switches the key off instead", async () => {
    const at = await bed(file(A));
    expect((await at.run("apply --prune-disable --auto-approve")).code).toBe(0);
    const states = at.sandbox.store.all().map(({ name, status }) => `${name} ${status}`);
    expect(states.toReversed()).toEqual(["team-a 1", "team-old 2", "other 1"]);
    expect((await at.run("plan --prune-disable --detailed-exitcode")).code).toBe(0);
  });
});

/** Each tries to get keys pruned that must not be; nothing at all may be deleted. */
describe("a guard of --prune holds against", () => {
  const used = (ago: number) => ({
    name: "team-old",
    used_quota: 5,
    created_time: NOW - 30 * DAY,
    accessed_time: NOW - ago,
  });
  const many = Array.from({ length: 100 }, (_, n) => ({ name: `team-${n}`, remain_quota: 500 }));

  it.each<[string, string, readonly object[], string, number, string, object?]>([
    ["a file without keys", file(" []"), KEYS, "", 0, "the file declares no key, so it prunes"],
    ["100 undeclared keys", file(A), many, "", 5, "100 keys would be deleted"],
    ["a key used a minute ago", file(A), [used(60)], "", 5, "was used within the last 7 days"],
    [
      "a protected name",
      file(A, 'protect: ["*-old"]\n'),
      KEYS,
      "",
      0,
      "covers 2 live keys: 1 declared, 1 left alone",
    ],
    ["a name protected by a flag", file(A), KEYS, " --protect team-o?d", 0, "1 left alone"],
    [
      "a name protected in another Unicode form",
      file(A, 'protect: ["team-caf\u00e9*"]\n'),
      [{ name: "team-cafe\u0301" }],
      "",
      0,
      "1 left alone",
    ],
    [
      "a key whose name the file has in other letters",
      file("\n  - { name: team-CI, remain_quota: 500 }"),
      [{ name: "team-ci", group: "vip" }],
      "",
      0,
      'live key "team-ci" (id 1) is not the declared "team-CI"',
    ],
    [
      "a key that is to be renamed, spelled otherwise",
      file("\n  - { name: team-new, renamed_from: Team-Old, remain_quota: 500 }"),
      [{ name: "team-old", group: "vip" }],
      "",
      0,
      'no live key is named "Team-Old"',
    ],
    ["--only", file(A), KEYS, " --only team-a", 0, "--only switches --prune off"],
    ["no scope", file(A).replace(/scope.*\n/, ""), KEYS, "", 3, "no file has a scope"],
    ["no number at all", file(A), KEYS, " --max-deletes 0", 5, "--max-deletes allows 0"],
    [
      "another account",
      file(A, "account: { user_id: 7 }\n"),
      KEYS.map((key) => ({ ...key, user_id: 1 })),
      "",
      5,
      "account",
    ],
    [
      "an administrator's list",
      file(A),
      [...KEYS.map((key) => ({ ...key, user_id: 1 })), { name: "team-theirs", user_id: 2 }],
      "",
      5,
      "2 accounts",
      { adminList: true },
    ],
    [
      "half a list",
      file(A),
      Array.from({ length: 150 }, (_, n) => ({ name: `${n === 3 ? "team" : "k"}-${n}` })),
      "",
      9,
      "",
      { faults: ["list cut #2-"] },
    ],
  ])("%s", async (_what, text, seed, flags, code, said, options = {}) => {
    const { faults = [], ...server } = options as { faults?: readonly string[] };
    const at = await bed(text, seed, server);
    at.faults(...faults);
    const before = at.names().filter((name) => name !== "team-a");
    const run = await at.run(`apply --prune --auto-approve${flags}`);
    expect({ code: run.code, said: run.stdout + run.stderr }).toEqual({
      code,
      said: expect.stringContaining(said),
    });
    expect(at.names()).toEqual(expect.arrayContaining(before));
    expect(at.sandbox.requests.map(({ method }) => method)).not.toContain("DELETE");
  });

  it("a server that alters the name a key is renamed to", async () => {
    const at = await bed(
      file("\n  - { name: team-New, renamed_from: team-old, remain_quota: 7 }"),
      [{ name: "team-old", group: "vip" }],
    );
    at.faults("write alter-name:lower");
    const first = await at.run("apply --prune --auto-approve");
    expect(first.stdout).toContain('the server stored the new name as "team-new"');
    await at.run("apply --prune --auto-approve --settle 100ms");
    expect(at.sandbox.store.all()).toContainEqual(
      expect.objectContaining({ id: 1, name: "team-new", group: "vip" }),
    );
    expect(at.sandbox.requests.map(({ method }) => method)).not.toContain("DELETE");
  });

  it("other keys of a name than the one that was reviewed", async () => {
    const at = await bed(file(A));
    await at.run("plan --prune-disable --out plan.json");
    at.sandbox.store.delete(1, 2);
    at.sandbox.store.seed({ name: "team-old" });
    const run = await at.run("apply plan.json");
    expect(run.code).toBe(7);
    expect(at.sandbox.store.all().every(({ status }) => status === 1)).toBe(true);
  });

  it("a scope that overlaps another file's", async () => {
    const at = await bed(file(A));
    writeFileSync(join(at.folder, "more.yaml"), 'version: 1\nscope: "*"\nkeys: []\n');
    const run = await at.run("apply --prune --auto-approve -f keys.yaml -f more.yaml");
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('error[scope-overlap]: the scope "*" and "team-*" at keys.yaml');
    expect(at.sandbox.requests).toHaveLength(0);
  });

  it("two ways at once", async () => {
    const at = await bed(file(A));
    const cases = [
      ["--prune --prune-disable", "--prune and --prune-disable exclude each other"],
      ["--prune --create-only", "--create-only and --prune exclude each other"],
      ["--max-deletes 5", "--max-deletes: without --prune nothing is pruned"],
    ] as const;
    for (const [flags, said] of cases) {
      const run = await at.run(`plan ${flags}`);
      expect([run.code, run.stderr]).toEqual([3, expect.stringContaining(said)]);
    }
  });
});
