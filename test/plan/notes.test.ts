import { describe, expect, test } from "vitest";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import {
  keyCountDiagnostics,
  liveNotes,
  strayNotes,
  unknownNameWarnings,
} from "../../src/plan/notes.ts";
import { desiredKey, liveKey } from "../support/records.ts";

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
    const found = keyCountDiagnostics(live, creates, maxKeys);
    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  test("a refusal names both numbers and the flag", () => {
    expect(keyCountDiagnostics(9, 2, 10)).toMatchObject([
      {
        message: "the account would have 11 keys, more than --max-keys 10 allows",
        fix: expect.stringContaining("--max-keys"),
      },
    ]);
  });
});
