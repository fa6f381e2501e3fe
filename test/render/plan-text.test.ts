import { stripVTControlCharacters } from "node:util";
import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { FieldChange, Plan } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { fieldLines, renderPlanText } from "../../src/render/plan-text.ts";
import { colourful, PLAIN } from "../../src/render/view.ts";
import { HOSTILE, hostileText, UNSAFE } from "../support/hostile-text.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";
import { caseOf } from "./plan-cases.ts";

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

  test("on a narrow terminal leaves no room between its name and the value", () => {
    expect(fieldLines(change({}), undefined, { ...PLAIN, columns: 40 })).toEqual([
      'group "" → vip',
    ]);
  });
});

describe("colours", () => {
  const { plan } = caseOf("mixed");
  if (plan === undefined) throw new Error("the case mixed has a plan");
  const coloured = renderPlanText(plan, { ...PLAIN, paint: colourful });

  test("change no character of the text", () => {
    expect(stripVTControlCharacters(coloured)).toBe(renderPlanText(plan));
  });

  test("tell what is created, changed and taken away", () => {
    expect(coloured).toContain("\u001b[32m+ new-service\u001b[39m\n");
    expect(coloured).toContain("\u001b[33m~ group\u001b[39m (id 3)\n");
    expect(coloured).toContain("\u001b[31m- old\u001b[39m (id 11)\n");
    expect(coloured).toContain("\u001b[31m! twice\u001b[39m: 2 live keys");
    expect(coloured).toContain("\u001b[1mPlan: 2 to create");
  });
});

describe("text from the server or a file never breaks a line, nor a terminal", () => {
  const lines = (text: string): number => text.split("\n").length;

  test("in a plan", () => {
    const plan = (text: string) =>
      planKeys(
        {
          files: [text],
          scopes: [],
          protect: [],
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
          {
            files: [],
            scopes: [],
            protect: [],
            keys: [desiredKey({ model_limits: ["a"], allow_ips: ["::1"] })],
          },
          [liveKey({ model_limits: models, allow_ips: addresses })],
          planOptions({}, NOW),
        );
        expect(renderPlanText(plan)).not.toMatch(UNSAFE);
      }),
    );
  });

  test("and the hostile samples are hostile: all but the plain ones hold unsafe text", () => {
    expect(HOSTILE.filter((text) => !UNSAFE.test(text) && !text.includes("\n"))).toHaveLength(4);
  });
});

describe("a plan longer than anybody reads", () => {
  const plan = (count: number, items: number): Plan => {
    const models = Array.from({ length: items }, (_, at) => `model-${at}-${"x".repeat(150)}`);
    const keys = Array.from({ length: count }, (_, at) =>
      at % 2 === 0
        ? desiredKey({ model_limits: models }, `key-${at}-${"x".repeat(36)}`)
        : absentKey(`key-${at}-${"x".repeat(36)}`),
    );
    const live = keys.map(({ name }, at) => liveKey({ id: at + 1, name, model_limits: "old" }));
    return planKeys(
      { keys, files: ["keys.yaml"], scopes: [], protect: [] },
      live,
      planOptions({}, NOW),
    );
  };

  test("shows as many changes in full as have room, deletes first, and the others by title", () => {
    const text = renderPlanText(plan(1_000, 100));
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(text.match(/^- key-\d+-x+ \(id \d+\)$/gm)).toHaveLength(500);
    expect(text.match(/^~ key-\d+-x+ \(id \d+\)$/gm)).toHaveLength(500);
    expect(text).toMatch(/^! \d+ changes are shown by title alone: .* --format json/m);
    expect(text).not.toContain("not shown");
    expect(text).toContain("Plan: 0 to create, 500 to update, 500 to delete");
  });

  test("shows a small change in full, also behind large ones that have no room", () => {
    const large = Array.from({ length: 11 }, (_, at) => ({
      key: desiredKey(
        { model_limits: Array.from({ length: 99 }, (_, n) => `${"\u4e00".repeat(190)}${n}`) },
        `a-${at}`,
      ),
      stored: "old",
    }));
    const keys = [...large.map(({ key }) => key), desiredKey({ remain_quota: 90_000 }, "z-prod")];
    const live = keys.map(({ name }, at) => liveKey({ id: at + 1, name, model_limits: "old" }));
    const desired = { keys, files: ["keys.yaml"], scopes: [], protect: [] };
    const text = renderPlanText(planKeys(desired, live, planOptions({}, NOW)));
    expect(text).toMatch(/^! \d changes are shown by title alone/m);
    expect(text).toMatch(/^~ z-prod \(id 12\)\n {4}remain_quota/m);
  });

  test("counts what has no room for its title, and no delete before all others", () => {
    const text = renderPlanText(plan(24_000, 1));
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    const titles = (sign: string): number => `\n${text}`.split(`\n${sign} key-`).length - 1;
    const [, brief, hidden] =
      /^! (\d+) changes are shown by title alone, (\d+) changes are not shown: /m.exec(text) ?? [];
    expect(titles("-") + titles("~") + Number(hidden)).toBe(24_000);
    expect(Number(brief)).toBeGreaterThan(0);
    expect(titles("~")).toBe(0);
  });
});
