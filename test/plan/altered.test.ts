import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import type { Plan } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { createBody } from "../../src/plan/record.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";
import { storeCreate } from "../support/stored-records.ts";

const LONG = "a-deploy-pipeline-of-team-alpha";
const QUOTA = { remain_quota: 500 } as const;

type Options = Parameters<typeof planOptions>[0];

function plan(
  keys: readonly DesiredKey[],
  live: readonly LiveKey[],
  options: Options = {},
  now = NOW,
): Plan {
  return planKeys(
    { files: ["keys.yaml"], scopes: [], protect: [], keys },
    live,
    planOptions(options, now),
  );
}

/** The plan for one declared name and live keys, as action, name and the ids it is about. */
function planned(declared: DesiredKey, ...live: readonly Partial<LiveKey>[]) {
  const { changes } = plan(
    [declared],
    live.map((fields, index) => liveKey({ id: index + 1, ...fields })),
  );
  return changes.map((change) =>
    change.action === "conflict"
      ? [change.code, ...change.keys.map(({ id }) => id)]
      : [change.action],
  );
}

describe("a missing name of which an undeclared key has the fields and an altered form", () => {
  test.each<[string, string, Partial<LiveKey>]>([
    ["letter case", "CI-Prod", { name: "ci-prod" }],
    ["Unicode form", "caf\u00E9", { name: "cafe\u0301" }],
    ["outer white space", "ci", { name: " ci\n" }],
    ["a cut end", LONG, { name: LONG.slice(0, 16) }],
    ["a cut inside a character", `${LONG.slice(0, 20)}é`, { name: `${LONG.slice(0, 20)}\uFFFD` }],
    ["letter case, and was used since", "CI", { name: "ci", remain_quota: 400, used_quota: 100 }],
    ["letter case, and was disabled since", "CI", { name: "ci", status: 2 }],
  ])("is a conflict: %s", (_what, name, live) => {
    expect(planned(desiredKey(QUOTA, name), live)).toEqual([["name-altered", 1]]);
  });

  test.each<[string, Partial<LiveKey>]>([
    ["quota", { remain_quota: 501 }],
    ["unlimited quota", { unlimited_quota: true }],
    ["expiry", { expired_time: NOW + 1 }],
    ["models", { model_limits: "a", model_limits_enabled: true }],
    ["an inert list of models", { model_limits: "a" }],
    ["addresses", { allow_ips: "10.0.0.1" }],
    ["group", { group: "vip" }],
    ["retry across groups", { cross_group_retry: true }],
  ])("is created when the fields differ in %s", (_what, fields) => {
    const live = { name: "ci", ...fields };
    expect(planned(desiredKey({ ...QUOTA, unlimited_quota: false }, "CI"), live)).toEqual([
      ["create"],
    ]);
  });

  test.each<[string, DesiredKey, Partial<LiveKey>, readonly unknown[]]>([
    ["another name", desiredKey(QUOTA, "ci-prod"), { name: "ci-test" }, [["create"]]],
    ["15 characters left", desiredKey(QUOTA, LONG), { name: LONG.slice(0, 15) }, [["create"]]],
    ["a name to be absent", absentKey("CI"), { name: "ci" }, []],
  ])("is no conflict: %s", (_what, declared, live, expected) => {
    expect(planned(declared, live)).toEqual(expected);
  });

  test("says both names, the id and the ways out, and where the name is declared", () => {
    const declared = desiredKey(QUOTA, "CI-Prod");
    const { changes, diagnostics, summary } = plan(
      [declared],
      [liveKey({ id: 7, name: "ci-prod" })],
    );
    expect(changes).toMatchObject([{ name: "CI-Prod", at: declared.at }]);
    const reason = changes.map((change) => ("reason" in change ? change.reason : "")).join("");
    expect(reason).toContain('"ci-prod" (id 7)');
    expect(reason).toContain(
      'rename it to "CI-Prod" in the console, declare the name as the server stores it, or delete it',
    );
    expect(summary).toMatchObject({ create: 0, conflict: 1, unmanaged: 1 });
    // The note that names are matched exactly would only repeat it.
    expect(diagnostics).toEqual([]);
  });

  test("of a name without end, so much is said as a person reads", () => {
    const name = `ci-prod${"\uFEFF".repeat(375)}`;
    const { changes } = plan([desiredKey(QUOTA, "ci-prod")], [liveKey({ id: 7, name })]);
    const reason = changes.map((change) => ("reason" in change ? change.reason : "")).join("");
    expect(reason).toContain("(id 7)");
    expect(reason.length).toBeLessThan(500);
  });

  test("names that were made to look alike take no more than so many others", () => {
    const live = Array.from({ length: 300 }, (_, id) =>
      liveKey({ id: id + 1, name: "A".repeat(40) }),
    );
    const declared = Array.from({ length: 1_000 }, (_, n) =>
      desiredKey(QUOTA, `${"a".repeat(40)}${n}`),
    );
    const { changes } = plan(declared, live);
    expect(changes).toHaveLength(1_000);
    const kept = changes.reduce(
      (sum, one) => sum + (one.action === "conflict" ? one.keys.length : 0),
      0,
    );
    expect(kept).toBe(5_000);
  });

  test("past so many comparisons a key under an altered form counts unseen: nothing is created", () => {
    const live = Array.from({ length: 500 }, (_, id) =>
      liveKey({ id: id + 1, name: "A".repeat(40), group: "other" }),
    );
    const declared = Array.from({ length: 300 }, (_, n) =>
      desiredKey(QUOTA, `${"a".repeat(40)}${n}`),
    );
    const { summary } = plan(declared, live);
    // 100,000 comparisons are those of 200 names.
    expect(summary).toMatchObject({ create: 200, conflict: 100 });
  });

  test("a key with long lists counts as so many comparisons as their length takes", () => {
    const long = Array.from({ length: 1_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`).join("\n");
    const live = Array.from({ length: 100 }, (_, id) =>
      liveKey({ id: id + 1, name: "A".repeat(40), group: "other", allow_ips: long }),
    );
    const declared = Array.from({ length: 100 }, (_, n) =>
      desiredKey(QUOTA, `${"a".repeat(40)}${String(n).padStart(2, "0")}`),
    );
    const { summary } = plan(declared, live);
    // Each is as long as some twenty comparisons.
    expect(summary.create).toBeLessThan(60);
    expect(summary.create).toBeGreaterThan(30);
  });

  test("names all such keys by id, three of them in the reason", () => {
    const names = ["CI", "Ci", "cI", " ci", "ci "];
    const live = names.map((name, index) => liveKey({ id: 9 - index, name }));
    const { changes } = plan([desiredKey(QUOTA, "ci")], live);
    expect(changes).toMatchObject([
      { keys: [{ id: 5 }, { id: 6 }, { id: 7 }, { id: 8 }, { id: 9 }] },
    ]);
    expect(changes).toMatchObject([
      {
        reason: expect.stringMatching(
          /^not live, but "ci " \(id 5\), " ci" \(id 6\), "cI" \(id 7\) and more have its fields.* rename one of them .* or delete them$/,
        ),
      },
    ]);
  });

  test("is no conflict with one key of a name that is declared, whatever becomes of that", () => {
    const live = [liveKey({ id: 1, name: "ci" })];
    expect(plan([desiredKey(QUOTA, "CI"), desiredKey(QUOTA, "ci")], live).changes).toMatchObject([
      { action: "create", name: "CI" },
    ]);
    expect(plan([desiredKey(QUOTA, "CI"), absentKey("ci")], live).changes).toMatchObject([
      { action: "create", name: "CI" },
      { action: "delete", name: "ci" },
    ]);
  });

  test("is a conflict where the altered name is declared as well, and live twice", () => {
    const live = [liveKey({ id: 1, name: "ci" }), liveKey({ id: 2, name: "ci" })];
    expect(plan([desiredKey(QUOTA, "CI"), desiredKey(QUOTA, "ci")], live).changes).toMatchObject([
      { code: "name-altered", name: "CI", keys: [{ id: 1 }, { id: 2 }] },
      { code: "duplicates", name: "ci", keys: [{ id: 1 }, { id: 2 }] },
    ]);
  });

  test("is a conflict too where --only leaves the altered name out", () => {
    const { changes, summary } = plan([desiredKey(QUOTA, "CI")], [liveKey({ name: "ci" })], {
      only: ["CI"],
      createOnly: true,
    });
    expect(changes).toMatchObject([{ action: "conflict", code: "name-altered" }]);
    expect(summary).toMatchObject({ conflict: 1, unmanaged: 0 });
  });

  test("is a conflict before it is blocked, for a later expiry would not make it missing", () => {
    const expiry = { ...QUOTA, expired_time: NOW - 1 };
    expect(planned(desiredKey(expiry, "CI"), { name: "ci", expired_time: NOW - 1 })).toEqual([
      ["name-altered", 1],
    ]);
  });
});

const SERVERS: readonly (readonly [string, (name: string) => string])[] = [
  ["lower-cases", (name) => name.toLowerCase()],
  ["upper-cases", (name) => name.toUpperCase()],
  ["cuts after 20 characters", (name) => Array.from(name).slice(0, 20).join("")],
  ["cuts after 40 bytes", (name) => Buffer.from(name).subarray(0, 40).toString("utf8")],
  ["stores NFD", (name) => name.normalize("NFD")],
  ["stores NFKC", (name) => name.normalize("NFKC")],
  ["pads", (name) => ` ${name} `],
  ["lower-cases NFD and cuts", (name) => name.normalize("NFD").toLowerCase().slice(0, 30)],
];

const names = fc.uniqueArray(
  fc
    .array(
      fc.constantFrom("a", "b", "A", "B", "-", " ", "é", "Ü", "ß", "ﬁ", "한", "語", "Σ", "😀"),
      {
        minLength: 1,
        maxLength: 45,
      },
    )
    .map((letters) => letters.join("").trim())
    .filter((name) => name !== ""),
  { minLength: 1, maxLength: 4 },
);

test.each(SERVERS)("a server that %s gains no key by a second apply", (_what, alter) => {
  fc.assert(
    fc.property(names, fc.boolean(), (declared, unlimited) => {
      const fields = unlimited ? { unlimited_quota: true } : QUOTA;
      const keys = declared.map((name) => desiredKey(fields, name));
      const apply = (live: readonly LiveKey[], now: number): readonly LiveKey[] => {
        const created = plan(keys, live, {}, now).changes.flatMap((change) =>
          change.action === "create" ? [change.desired] : [],
        );
        return [
          ...created.map(({ name, fields: of }, index) =>
            storeCreate({ ...createBody(name, of), name: alter(name) }, live.length + index + 1),
          ),
          ...live,
        ];
      };
      const first = apply([], NOW);
      expect(first).toHaveLength(keys.length);
      const second = apply(first, NOW + 60);
      expect(second).toEqual(first);
      expect(apply(second, NOW + 120)).toEqual(first);
    }),
  );
});
