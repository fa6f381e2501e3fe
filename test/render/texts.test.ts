import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/model/events.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import type { FieldChange } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { eventLine } from "../../src/render/event.ts";
import { document, listedKey, renderApplyJson } from "../../src/render/json.ts";
import {
  fieldLines,
  outcomeLine,
  renderListText,
  renderOutcomesText,
  renderPlanText,
} from "../../src/render/text.ts";
import { expectGolden } from "../support/golden.ts";
import { HOSTILE, hostileText, UNSAFE } from "../support/hostile-text.ts";
import { planOptions, planScenario } from "../support/plan-scenario.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const OUTCOMES: readonly Outcome[] = [
  {
    action: "conflict",
    name: "twice",
    status: "not_attempted",
    error: { code: "duplicates", message: "2 live keys have this name" },
  },
  { action: "create", name: "fresh", status: "done", id: 11 },
  { action: "create", name: "ci", status: "done", id: 12 },
  {
    action: "create",
    name: "lost",
    status: "unknown",
    error: { code: "outcome-unknown", message: "no clear answer (ECONNRESET)" },
  },
  {
    action: "update",
    name: "raised",
    status: "done",
    id: 3,
    note: "9 quota units were given back",
  },
  {
    action: "update",
    name: "refused",
    status: "failed",
    id: 4,
    error: {
      code: "change-failed",
      message: 'the server refused: "令牌名称过长"\u001b[31m\n✓ all',
    },
  },
  { action: "delete", name: "old", status: "done", id: 5 },
];

const EVENTS: readonly Event[] = [
  { type: "request", method: "GET", path: "/api/token/?p=1", outcome: "success", ms: 12 },
  { type: "request", method: "POST", path: "/\u001b[2J", outcome: "unknown (reset)", ms: 0 },
  { type: "retry", what: "GET /api/token/", reason: "ECONNRESET\nread" },
  { type: "pause", ms: 179_001, until: NOW * 1000 + 1 },
  { type: "wait", what: "for late answers to settle", ms: 4_960 },
  { type: "stopping", reason: "SIGINT" },
  { type: "sent", name: "ci\u202e", sent: 3, total: 100 },
  ...OUTCOMES.map((outcome, index) => ({
    type: "outcome" as const,
    outcome,
    done: index + 1,
    total: OUTCOMES.length,
  })),
];

describe("a changed field", () => {
  const change = (fields: Partial<FieldChange>): FieldChange => ({
    field: "group",
    before: "",
    after: "vip",
    direction: "widen",
    ...fields,
  });

  test("shows both values", () => {
    expect(fieldLines(change({}))).toEqual(['group                "" → vip']);
  });

  test("of a new key shows the value alone", () => {
    expect(fieldLines(change({ before: null }))).toEqual(["group                vip"]);
  });

  test("of a new key shows a list on one line", () => {
    const models = change({ field: "model_limits", before: null, after: ["a", "b"] });
    expect(fieldLines(models)).toEqual(["model_limits         a, b"]);
  });

  test("of a very long list shows the first entries and how many more there are", () => {
    const items = Array.from({ length: 150 }, (_, at) => `m${at}`);
    const created = change({ field: "model_limits", before: null, after: items });
    expect(fieldLines(created)).toEqual([
      `model_limits         ${items.slice(0, 20).join(", ")} and 130 more`,
    ]);
    const updated = fieldLines(change({ field: "model_limits", before: [], after: items }));
    expect(updated).toHaveLength(102);
    expect(updated.at(-1)).toBe("    and 50 more lines");
  });

  test("of quota says what was used and what will remain", () => {
    const quota = { used: 300, remainBefore: 200, remainAfter: 500 };
    const raised = change({ field: "remain_quota", before: 500, after: 800, quota });
    expect(fieldLines(raised)).toEqual([
      "remain_quota         500 → 800  (used 300; remaining 200 → 500)",
    ]);
  });

  test("of a list shows the entries that come and go", () => {
    const list = change({ field: "allow_ips", before: ["::1", "a b"], after: ["::1", "::2"] });
    expect(fieldLines(list)).toEqual(["allow_ips", "    ::1", '  - "a b"', "  + ::2"]);
  });
});

test("outcomes: the counts, then every key that is not as declared and why", () => {
  const text = renderOutcomesText(OUTCOMES);
  expect(text).toContain("; 3 not done.\n");
  expectGolden("fixtures/render/outcomes.txt", text);
});

test("outcomes without a failure are the counts, where new keys are, and the notes", () => {
  const done = OUTCOMES.filter(({ status }) => status === "done");
  expect(renderOutcomesText(done)).toBe(
    "Applied: 2 created, 1 updated, 1 deleted.\nThe values of new keys are in the server's console; they are never shown here.\n· update raised: 9 quota units were given back\n",
  );
});

test("where new keys are is not said when there are none", () => {
  const updated = OUTCOMES.filter(({ action }) => action === "update");
  expect(renderOutcomesText(updated)).not.toContain("console");
});

test("events: one line each, with its loudness", () => {
  const lines = EVENTS.map(eventLine).map(
    ({ text, shown, passing }) => `${shown}${passing ? ", passing" : ""}: ${text}\n`,
  );
  expect(lines.filter((line) => line.indexOf("\n") === line.length - 1)).toHaveLength(
    EVENTS.length,
  );
  expectGolden("fixtures/render/events.txt", lines.join(""));
});

test("apply as JSON accounts for the plan, its diagnostics and every outcome", () => {
  const plan = planScenario("create-only");
  const text = renderApplyJson(plan, OUTCOMES, plan.diagnostics);
  expect(JSON.parse(text)).toMatchObject({ digest: plan.digest, results: OUTCOMES });
  expectGolden("fixtures/render/apply.json", text);
});

test("a run that ends before its plan has empty lists, no digest, and the reason", () => {
  const reason = { severity: "error", code: "usage", message: "m" } as const;
  expect(JSON.parse(renderApplyJson(undefined, [], [reason]))).toEqual({
    format_version: 1,
    digest: null,
    summary: {
      create: 0,
      update: 0,
      delete: 0,
      unchanged: 0,
      unmanaged: 0,
      conflict: 0,
      blocked: 0,
    },
    changes: [],
    unmanaged: [],
    diagnostics: [reason],
    results: [],
  });
});

test("a document holds no command and nothing hidden, and reads back the same", () => {
  const body = { text: "##[add-mask]e \u009b2J \u202e \u{e0041} #\u200b#[x] é\n", "##[1]": 1 };
  const text = document(body);
  expect(JSON.parse(text)).toEqual(body);
  expect(text).not.toMatch(/##\[|[\u0080-\u009f\p{Cf}]/u);
  expect(text).toContain("é");
});

test("a document is JSON with a line end", () => {
  expect(document({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});

describe("the list of live keys", () => {
  const keys = [
    liveKey({ id: 3, name: "ci", remain_quota: 12, used_quota: 488, group: "vip" }),
    liveKey({ id: 9, name: "b", status: 2, unlimited_quota: true }),
    liveKey({ id: 2, name: "b", status: 4, expired_time: NOW }),
    liveKey({ id: 4, name: "令牌🔑", status: 3 }),
    liveKey({ id: 100, name: "", status: 7 }),
    liveKey({ id: 5, name: "a\nb\u001b[31m", group: "\u202ex" }),
  ];

  test("is a table by name, then id, in columns also where names are wide", () => {
    const text = renderListText(keys);
    expect(text.split("\n")).toHaveLength(keys.length + 2);
    expectGolden("fixtures/render/list.txt", text);
  });

  test("without keys says so", () => {
    expect(renderListText([])).toBe("No keys.\n");
  });

  test("as JSON has the record without what this tool does not know", () => {
    const key = liveKey({ unknown: { secret_field: "x" } });
    expect(listedKey(key)).not.toHaveProperty("unknown");
    expect(JSON.stringify(listedKey(key))).not.toContain("secret_field");
    expect(listedKey(key)).toMatchObject({ id: 1, name: "ci", remain_quota: 500 });
  });
});

describe("text from the server or a file never breaks a line, nor a terminal", () => {
  const lines = (text: string): number => text.split("\n").length;

  test("in a plan", () => {
    const plan = (text: string) =>
      planKeys(
        {
          files: [text],
          keys: [
            desiredKey({ group: "plain", model_limits: ["a"], allow_ips: ["::1"] }, "update"),
            desiredKey({ group: text, model_limits: [text] }, text),
            desiredKey({}, "twice"),
          ],
        },
        [
          liveKey({ name: "update", group: text, model_limits: "x", allow_ips: "::2" }),
          ...["twice", "twice"].map((name, index) => liveKey({ id: index + 2, name, group: text })),
        ],
        planOptions({}, NOW),
      );
    const expected = lines(renderPlanText(plan("x")));
    fc.assert(
      fc.property(hostileText, (text) => {
        // A name that is declared twice makes another plan, not another shape.
        fc.pre(!["update", "twice", "plain"].includes(text));
        const shown = renderPlanText(plan(text));
        expect(shown).not.toMatch(UNSAFE);
        expect(lines(shown)).toBe(expected);
      }),
    );
  });

  test("in lists as the server holds them", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (models, addresses) => {
        const plan = planKeys(
          { files: [], keys: [desiredKey({ model_limits: ["a"], allow_ips: ["::1"] })] },
          [liveKey({ model_limits: models, allow_ips: addresses })],
          planOptions({}, NOW),
        );
        expect(renderPlanText(plan)).not.toMatch(UNSAFE);
      }),
    );
  });

  test("in outcomes, events and the list", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const outcome: Outcome = {
          action: "update",
          name: text,
          status: "failed",
          error: { code: "change-failed", message: text },
          note: text,
        };
        expect(lines(renderOutcomesText([outcome]))).toBe(4);
        const texts = [
          renderOutcomesText([outcome]).slice(0, -1).split("\n").join(""),
          outcomeLine(outcome),
          eventLine({ type: "retry", what: text, reason: text }).text,
          eventLine({ type: "sent", name: text, sent: 1, total: 1 }).text,
          eventLine({ type: "request", method: "GET", path: text, outcome: "x", ms: 1 }).text,
          renderListText([liveKey({ name: text, group: text })])
            .split("\n")
            .join(""),
        ];
        for (const line of texts) {
          expect(line).not.toMatch(UNSAFE);
          expect(line).not.toContain("\n");
        }
        expect(lines(renderListText([liveKey({ name: text, group: text })]))).toBe(3);
      }),
    );
  });

  test("and the hostile samples are hostile: all but the plain ones hold unsafe text", () => {
    expect(HOSTILE.filter((text) => !UNSAFE.test(text) && !text.includes("\n"))).toHaveLength(4);
  });
});
