import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { DesiredFields } from "../../src/model/fields.ts";
import { groupByName, type DesiredKey, type LiveKey } from "../../src/model/key.ts";
import type { Change } from "../../src/model/plan.ts";
import {
  boundedDiagnostics,
  deliveryNotes,
  endingNotes,
  keyCountDiagnostics,
  liveNotes,
  strayNotes,
  unknownNameWarnings,
} from "../../src/plan/notes.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { findRecords } from "../../src/plan/records.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

describe("notes on a live key that change nothing", () => {
  test.each<[string, DesiredFields, Partial<LiveKey>, readonly RegExp[]]>([
    ["nothing to say", { remain_quota: 500 }, {}, []],
    [
      "a slight excess",
      { remain_quota: 10_000 },
      { remain_quota: 10_004 },
      [/granted 4 more than declared/],
    ],
    [
      "an excess while unlimited",
      { remain_quota: 10_000 },
      { remain_quota: 10_004, unlimited_quota: true },
      [],
    ],
    [
      "an excess that becomes unlimited",
      { remain_quota: 10_000, unlimited_quota: true },
      { remain_quota: 10_004 },
      [],
    ],
    ["an excess that is not slight", { remain_quota: 500 }, { remain_quota: 900 }, []],
    ["expired", {}, { status: 3 }, [/expired, as the server reports/]],
    ["exhausted", {}, { status: 4 }, [/quota is used up/]],
    ["disabled by hand", {}, { status: 2 }, [/disabled by hand; declare `status`/]],
    ["disabled as declared", { status: "disabled" }, { status: 2 }, []],
    ["created expired", {}, { expired_time: 0 }, [/expired_time is 0, so it never works/]],
    ["created expired and fixed", { expired_time: -1 }, { expired_time: 0 }, []],
  ])("%s", (_case, fields, live, messages) => {
    const notes = liveNotes(desiredKey(fields), liveKey(live));
    expect(notes.map(({ message }) => message)).toEqual(
      messages.map((message) => expect.stringMatching(message)),
    );
    for (const note of notes) {
      expect(note).toMatchObject({ severity: "note", at: { file: "keys.yaml", line: 3 } });
      expect(note.message).toMatch(/^"ci": /);
    }
  });
});

describe("undeclared live keys", () => {
  const notes = (names: readonly string[], declared = ["ci"]) =>
    strayNotes(
      declared.map((name) => desiredKey({}, name)),
      names.map((name, index) => liveKey({ id: index + 1, name })),
    ).map(({ code, message }) => `${code}: ${message}`);

  test.each([["CI"], [" ci "], ["ci\n"], ["\uFF43\uFF49"]])(
    "%j is taken for a declared name and is not it",
    (name) => {
      expect(notes([name])).toEqual([
        `name-lookalike: live key ${JSON.stringify(name)} (id 1) is not the declared "ci": a name is matched exactly`,
      ]);
    },
  );

  test("another Unicode form of a name is a look-alike", () => {
    expect(notes(["cafe\u0301"], ["caf\u00e9"])).toHaveLength(1);
  });

  test("other names are nobody's business", () => {
    expect(notes(["cd", "ci2", ""])).toEqual([]);
  });

  test("duplicates are noted once, with their ids", () => {
    expect(notes(["x", "y", "x", "x"])).toEqual([
      'duplicates: 3 undeclared live keys are named "x" (ids 1, 3, 4)',
    ]);
  });

  test("duplicates that look like a declared name are noted as that", () => {
    expect(notes(["CI", "CI"])).toEqual([expect.stringMatching(/^name-lookalike: .*\(id 1, 2\)/)]);
  });
});

describe("names the server does not know are warnings", () => {
  const warn = (fields: DesiredFields, models?: readonly string[], groups?: readonly string[]) =>
    unknownNameWarnings([desiredKey(fields)], {
      models: models && new Set(models),
      groups: groups && new Set(groups),
    }).map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

  test("models", () => {
    expect(warn({ model_limits: ["a", "b", "c"] }, ["b"])).toEqual([
      'warning unknown-model: "ci": the server does not list "a", "c" among its models',
    ]);
  });

  test("what many keys share is told once, and not whole where it is long", () => {
    const models = Array.from({ length: 900 }, (_, n) => `m${n}`);
    const keys = Array.from({ length: 400 }, (_, n) =>
      desiredKey({ model_limits: models }, `k${n}`),
    );
    const known = { models: new Set(["other"]), groups: undefined };
    const [warning, ...others] = unknownNameWarnings(keys, known);
    expect(others).toEqual([]);
    expect(warning?.message).toMatch(/^"k0", .*"k9" and 390 more: .*"m9" and 890 more among/);
  });

  test("groups", () => {
    expect(warn({ group: "vip" }, undefined, ["default"])).toEqual([
      'warning unknown-group: "ci": this account may not use the group "vip"',
    ]);
  });

  test.each<[string, DesiredFields]>([
    ["known ones", { model_limits: ["b"], group: "default" }],
    ["auto, which is no group", { group: "auto" }],
    ["no group", { group: "" }],
    ["nothing declared", {}],
  ])("%s give none", (_case, fields) => {
    expect(warn(fields, ["b"], ["default"])).toEqual([]);
  });

  test("a server that does not tell gives none", () => {
    expect(warn({ model_limits: ["a"], group: "vip" })).toEqual([]);
  });
});

describe("the number of keys", () => {
  test.each([
    [999, 1, undefined, []],
    [1_000, 1, undefined, ["warning near-key-limit"]],
    [1_200, 0, undefined, []],
    [1_200, 0, 10, []],
    [9, 1, 10, []],
    [9, 2, 10, ["error too-many-keys"]],
    [1_000, 500, 2_000, ["warning near-key-limit"]],
  ])("%i live and %i to create, --max-keys %j", (live, creates, maxKeys, expected) => {
    const found = keyCountDiagnostics(live, plannedCreates(creates), maxKeys);
    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  test("a refusal names both numbers and the flag", () => {
    expect(keyCountDiagnostics(9, plannedCreates(2), 10)).toMatchObject([
      {
        message: "the account would have 11 keys, more than --max-keys 10 allows",
        fix: expect.stringContaining("--max-keys"),
      },
    ]);
  });
});

function plannedCreates(count: number): readonly Change[] {
  return Array.from({ length: count }).flatMap(
    () => planKey(desiredKey(), { records: [] }, NOW) ?? [],
  );
}

describe("keys that will soon stop by themselves", () => {
  const DAY = 86_400;

  test.each<[string, DesiredFields, Partial<LiveKey>, readonly RegExp[]]>([
    ["neither", {}, {}, []],
    [
      "expires in 30 days",
      {},
      { expired_time: NOW + 30 * DAY },
      [/^expiring within 30 days: "ci" \(20/],
    ],
    ["a second later", {}, { expired_time: NOW + 30 * DAY + 1 }, []],
    ["has expired", {}, { expired_time: NOW }, []],
    ["is planned to", { expired_time: NOW + DAY }, {}, [/within 30 days/]],
    ["is about to be prolonged", { expired_time: -1 }, { expired_time: NOW + DAY }, []],
    ["is disabled", { status: "disabled" }, { expired_time: NOW + DAY }, []],
    ["was disabled by hand", {}, { expired_time: NOW + DAY, status: 2 }, []],
    [
      "has used 90 %",
      {},
      { remain_quota: 10, used_quota: 90 },
      [/used up by 90 % or more: "ci" \(90 %\)/],
    ],
    ["has used less", {}, { remain_quota: 11, used_quota: 89 }, []],
    ["has used all", {}, { remain_quota: 0, used_quota: 90 }, []],
    ["is granted more", { remain_quota: 500 }, { remain_quota: 10, used_quota: 90 }, []],
    ["is granted less", { remain_quota: 100 }, { remain_quota: 900, used_quota: 95 }, [/95 %/]],
    ["is unlimited", { unlimited_quota: true }, { remain_quota: 10, used_quota: 90 }, []],
  ])("%s", (_case, fields, live, messages) => {
    const key = liveKey({ used_quota: 0, ...live });
    const notes = endingNotes(findRecords([desiredKey(fields)], groupByName([key])), NOW);
    expect(notes.map(({ message }) => message)).toEqual(
      messages.map((text) => expect.stringMatching(text)),
    );
    expect(notes.every(({ severity }) => severity === "note")).toBe(true);
  });

  test("ten of them are named, the others counted", () => {
    const names = Array.from({ length: 13 }, (_, n) => `k${n}`);
    const live = new Map(names.map((name) => [name, [liveKey({ name, expired_time: NOW + DAY })]]));
    const desired = names.map((name) => desiredKey({}, name));
    const [note, ...others] = endingNotes(findRecords(desired, live), NOW);
    expect(note?.message).toMatch(/"k9" \(.*\) and 3 more$/);
    expect(others).toEqual([]);
  });

  test("a key to be deleted, one that is not there and one that is there twice are left out", () => {
    const soon = liveKey({ expired_time: NOW + DAY });
    const live = new Map([
      ["ci", [soon]],
      ["two", [soon, soon]],
    ]);
    const desired = [absentKey("ci"), desiredKey({}, "new"), desiredKey({}, "two")];
    expect(endingNotes(findRecords(desired, live), NOW)).toEqual([]);
  });
});

describe("a key whose place is declared", () => {
  const delivered = (name: string, more: object = {}): DesiredKey => {
    const key = desiredKey({}, name);
    return { ...key, ...more, deliver: [{ sink: { kind: "exec", argv: ["put"] }, at: key.at }] };
  };
  const told = (desired: readonly DesiredKey[], ...live: readonly string[]) => {
    const keys = live.map((name, at) => liveKey({ id: at + 1, name }));
    return deliveryNotes(findRecords(desired, groupByName(keys))).map(({ message }) => message);
  };

  test.each([
    ["that is live", [delivered("a")], ["a"], ['again: "a"; where']],
    ["that is to be renamed", [delivered("a", { renamedFrom: "b" })], ["b"], ['"a"']],
    [
      "that is one of several",
      [delivered("a"), delivered("b")],
      ["a", "b"],
      ['again: "a", "b"; where'],
    ],
    ["that is not there yet", [delivered("a")], [], []],
    ["that was left on its way", [delivered("a")], ["a~new"], []],
    ["that is live twice", [delivered("a")], ["a", "a"], []],
    ["of which no place is declared", [desiredKey({}, "a")], ["a"], []],
  ] as const)("is told not to be delivered by a plan: one %s", (_, desired, live, says) => {
    expect(told(desired, ...live)).toEqual(says.map((text) => expect.stringContaining(text)));
  });
});

test("of very many warnings and notes one of each code stays, and every error", () => {
  const some = (severity: Diagnostic["severity"], code: Diagnostic["code"], count: number) =>
    Array.from({ length: count }, (_, n): Diagnostic => ({ severity, code, message: String(n) }));
  const shown = boundedDiagnostics([
    ...some("note", "rename-possible", 3),
    ...some("warning", "unknown-group", 300),
    ...some("warning", "expiring", 2),
    ...some("error", "widening-denied", 1),
  ]);
  const count = (code: Diagnostic["code"]) => shown.filter((one) => one.code === code).length;
  expect(count("rename-possible")).toBe(1);
  expect(count("unknown-group")).toBe(198);
  expect(count("expiring")).toBe(1);
  expect(count("widening-denied")).toBe(1);
  expect(shown.at(-1)?.message).toBe("and 105 more warnings and notes, which are not shown");
});
