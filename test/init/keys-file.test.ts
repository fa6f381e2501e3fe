import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { entriesFromLive, keysFileFromLive } from "../../src/init/keys-file.ts";
import { loadDesired } from "../../src/config/load-desired.ts";
import type { LiveKey } from "../../src/model/key.ts";
import type { Plan } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { liveKey, NOW } from "../support/records.ts";

/** Plans with the text, which must be free of errors. */
function planWith(text: string, live: readonly LiveKey[]): Plan {
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  if (desired === undefined) throw new Error("no desired keys");
  const options = {
    now: NOW,
    only: [],
    createOnly: false,
    origin: "https://api.example.com",
    denyWidening: false,
  };
  return planKeys(desired, live, { ...options, hash: (text) => text });
}

/** The text of the entry, from its name to the next blank line. */
function entryOf(text: string, name: string): string {
  return text.split("\n\n").find((part) => part.includes(`- name: ${name}\n`)) ?? "";
}

const odd = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "ci",
      "prod",
      "Prod",
      "a b",
      "yes",
      "007",
      "1e3",
      "~",
      "- x",
      "a: b",
      "#x",
      "é",
      "e\u0301",
      "🙂",
      "x~new",
      "x~1",
    ),
  },
  fc.string({ maxLength: 60, unit: "binary" }),
  fc.string({ maxLength: 12, unit: "grapheme" }),
  fc.constantFrom(
    "",
    " ",
    "\n",
    "a\nb",
    "\u200b",
    "\u2028",
    "${{ x }}",
    "{{x}}",
    "${HOME}",
    `sk-${"aB1".repeat(16)}`,
    "x".repeat(51),
    "\ud800",
    "*a",
    "&a",
    "!a",
    "<<",
    "---",
    "...",
    "%YAML",
    "@here",
    "`x`",
    "'",
    '"',
    "null",
    ".nan",
    "0x1F",
    "2027-01-01",
    "12:30:45",
  ),
);

const numbers = fc.oneof(
  fc.constantFrom(-5, 0, 1, 500, 2 ** 31, 2 ** 53 - 1),
  fc.integer({ min: 0, max: 1_000_000 }),
);

const anyKey: fc.Arbitrary<Partial<LiveKey>> = fc.record({
  name: odd,
  status: fc.constantFrom(1, 1, 1, 2, 3, 4, 9),
  expired_time: fc.oneof(
    fc.constantFrom(-1, 0, -2, NOW - 1, NOW, NOW + 86_400, 1_800_000_000_000, 99_999_999_999),
    fc.integer({ min: 1, max: 4_000_000_000 }),
  ),
  remain_quota: numbers,
  used_quota: numbers,
  unlimited_quota: fc.boolean(),
  model_limits_enabled: fc.boolean(),
  model_limits: fc.oneof(
    fc.constantFrom("", "gpt-4o", "a,b", "a, b", "a,,b", "a,a", ",", "no,007,1e3", "vendor/m:free"),
    fc.array(odd, { maxLength: 3 }).map((ids) => ids.join(",")),
  ),
  allow_ips: fc.oneof(
    fc.constantFrom(
      null,
      "",
      "10.0.0.1",
      "10.0.0.1/8",
      "10.0.0.1,10.0.0.2",
      "10.0.0.1\n10.0.0.1",
      "::ffff:10.0.0.1",
      "2001:DB8::1\n0.0.0.0/0",
      "10.0.0.1 \n",
      "host",
    ),
    odd,
  ),
  group: fc.oneof(fc.constantFrom("", "default", "auto", "vip"), odd),
  cross_group_retry: fc.boolean(),
});

const anyAccount = fc
  .array(anyKey, { maxLength: 8 })
  .map((keys) => keys.map((fields, index) => liveKey({ ...fields, id: index + 1 })));

describe("a file from live keys", () => {
  test("has no errors and plans to nothing, whatever is live", async () => {
    await fc.assert(
      fc.asyncProperty(anyAccount, async (live) => {
        const { text, keys } = await keysFileFromLive(live, NOW);
        const { changes, summary } = planWith(text, live);
        expect(changes).toEqual([]);
        expect(summary.unchanged).toBe(keys);
        expect(summary.unmanaged).toBe(live.length - keys);
      }),
      { numRuns: process.env["LONG"] ? 1_000 : 60 },
    );
  });

  test("so do its entries alone, pasted under the keys of a file", async () => {
    await fc.assert(
      fc.asyncProperty(anyAccount, async (live) => {
        const { text, keys } = await entriesFromLive(live, NOW);
        const first = "  - { name: first of the file, remain_quota: 1 }\n";
        const { changes, summary } = planWith(`version: 1\nkeys:\n${first}${text}`, live);
        expect(changes).toMatchObject([{ action: "create", name: "first of the file" }]);
        expect(summary.unchanged).toBe(keys);
      }),
      { numRuns: 40 },
    );
  });

  test("says of every key that is not in it why, in a comment and a note", async () => {
    await fc.assert(
      fc.asyncProperty(anyAccount, async (live) => {
        const { text, keys, notes } = await keysFileFromLive(live, NOW);
        const footer = text.slice(text.indexOf("# Left out,"));
        const said = notes.filter(({ message }) => footer.includes(message));
        const names = new Set(live.map(({ name }) => name));
        expect(said.length).toBeGreaterThanOrEqual(names.size - keys);
        expect(notes.every(({ severity }) => severity === "note")).toBe(true);
      }),
    );
  });

  test("never holds anything key-shaped", async () => {
    const secret = `sk-${"aB1".repeat(16)}`;
    const spread = { name: "a", group: secret, model_limits: secret, allow_ips: secret };
    const live = [liveKey({ name: secret }), liveKey({ id: 2, ...spread })];
    const { text, notes } = await keysFileFromLive(live, NOW);
    expect(text + JSON.stringify(notes)).not.toContain("aB1aB1");
    expect(planWith(text, live).changes).toEqual([]);
  });

  test("never holds what its caller knows to be secret, not in a reason either", async () => {
    const live = [
      liveKey({ name: "hidden-value" }),
      liveKey({ id: 2, name: "b", allow_ips: "hidden-value" }),
      liveKey({ id: 3, name: "twin hidden-value" }),
      liveKey({ id: 4, name: "twin hidden-value" }),
    ];
    const { text, notes, keys } = await keysFileFromLive(live, NOW, (part) =>
      part.includes("hidden"),
    );
    expect(text + JSON.stringify(notes)).not.toContain("hidden");
    expect(keys).toBe(1);
  });
});

describe("what is written", () => {
  test("quota is the grant: what remains and what was used", async () => {
    const live = [liveKey({ name: "a", remain_quota: 400, used_quota: 100 })];
    expect(entryOf((await keysFileFromLive(live, NOW)).text, "a")).toContain("remain_quota: 500\n");
  });

  test("a key that has stopped by itself says so above its entry", async () => {
    const live = [
      liveKey({ id: 1, name: "a", expired_time: NOW - 1, status: 3 }),
      liveKey({ id: 2, name: "b", remain_quota: 0, used_quota: 9, status: 4 }),
    ];
    const { text } = await keysFileFromLive(live, NOW);
    expect(text).toContain("  # expired\n  - name: a\n");
    expect(text).toContain("  # its quota is used up\n  - name: b\n");
  });

  test("a key that overdrew its grant keeps it", async () => {
    const live = [liveKey({ name: "a", remain_quota: -3, used_quota: 503, status: 4 })];
    const { text } = await keysFileFromLive(live, NOW);
    expect(entryOf(text, "a")).toContain("remain_quota: 500\n");
  });

  test.each([
    [-1, "never"],
    [1_900_000_000, "2030-03-17T17:46:40Z"],
    [NOW - 1, "2027-01-15T07:59:59Z"],
  ])("expired_time %d is %s", async (expired_time, written) => {
    const live = [liveKey({ name: "a", expired_time })];
    expect(entryOf((await keysFileFromLive(live, NOW)).text, "a")).toContain(
      `expired_time: ${written}\n`,
    );
  });

  test.each([
    "yes",
    "No",
    "007",
    "1_000",
    "1e3",
    "null",
    "2027-01-31",
    "0x1F",
    "a: b",
    "#x",
    "12:30",
  ])("the name %j is in quotes, so that no reader takes it for another type", async (name) => {
    const { text } = await keysFileFromLive([liveKey({ name })], NOW);
    expect(text).toContain(`- name: ${JSON.stringify(name)}\n`);
  });

  test.each([
    ["expired_time", { expired_time: 0 }, "1970"],
    ["expired_time", { expired_time: 1_800_000_000_000 }, "milliseconds"],
    ["model_limits", { model_limits: "a, b", model_limits_enabled: true }, "spaces or commas"],
    ["model_limits", { model_limits: "", model_limits_enabled: true }, "without a model"],
    ["allow_ips", { allow_ips: "10.0.0.1,10.0.0.2" }, "separated by commas"],
    ["cross_group_retry", { cross_group_retry: true }, "group: auto"],
  ])(
    "a value of %s that no file can say is left out alone, with the reason",
    async (field, fields, why) => {
      const { text, keys } = await keysFileFromLive([liveKey({ name: "a", ...fields })], NOW);
      const entry = entryOf(text, "a");
      expect(keys).toBe(1);
      expect(entry).toMatch(new RegExp(`^ +# [a-z_, ]*${field} left out: .*${why}`, "m"));
      expect(entry).not.toMatch(new RegExp(`^ +${field}:`, "m"));
    },
  );

  test.each([
    ["duplicates", [liveKey({ id: 4 }), liveKey({ id: 3 })], '"ci" (id 3, 4): 2 live keys'],
    ["a long name", [liveKey({ name: "x".repeat(51) })], "51 characters"],
    ["a padded name", [liveKey({ name: " a" })], "white space"],
    ["a reserved name", [liveKey({ name: "a~new" })], "reserved"],
    [
      "a name with a control character",
      [liveKey({ name: "a\u0007" })],
      String.raw`"a\u0007" (id 1)`,
    ],
    ["a name not in NFC", [liveKey({ name: "e\u0301" })], "Unicode NFC"],
    ["an exhausted key with quota", [liveKey({ status: 4 })], "any file would enable it"],
    [
      "a grant beyond whole numbers",
      [liveKey({ remain_quota: 2 ** 53 - 1, used_quota: 9 })],
      "too large",
    ],
  ])("%s is left out whole, with the reason", async (_, live, why) => {
    const { text, keys, notes } = await keysFileFromLive(live, NOW);
    expect(keys).toBe(0);
    expect(notes).toHaveLength(1);
    expect(notes[0]?.message).toContain(why);
    expect(text).toContain(`# - ${notes[0]?.message}\n`);
    expect(text).toContain("\nkeys: []\n");
  });

  test("of very many that are left out the first are told, and all are counted", async () => {
    const live = Array.from({ length: 600 }, (_, index) =>
      liveKey({ id: index + 1, name: `~new${Math.floor(index / 2)} ` }),
    );
    const { text, notes } = await keysFileFromLive(
      [...live, liveKey({ id: 601, group: " g" })],
      NOW,
    );
    expect(text.match(/^# - "/gm)).toHaveLength(200);
    expect(text).toContain("\n# - and 100 more names: 600 live keys are left out in all\n");
    expect(notes).toHaveLength(201);
    expect(notes.at(-1)?.message).toBe("and 101 more warnings and notes, which are not shown");
    const { text: pasted } = await entriesFromLive(live, NOW);
    expect(pasted).toContain("\n  # - and 100 more names: 600 live keys are left out in all\n");
  });

  test.each([
    ["many keys", 350, ""],
    ["few keys with many models", 10, "a,".repeat(7_000)],
  ])("of %s it pauses in between", async (_, count, models) => {
    const live = Array.from({ length: count }, (_none, index) =>
      liveKey({ id: index, name: `k${index}`, model_limits: models }),
    );
    let pauses = 0;
    await keysFileFromLive(
      live,
      NOW,
      () => false,
      async () => void (pauses += 1),
    );
    // Before the first keys and after the last, and before each of two texts that are made of them.
    expect(pauses - 4).toBeGreaterThanOrEqual(3);
  });

  test("an account is pinned where all keys are of one", async () => {
    const one = [liveKey({ name: "a" }), liveKey({ id: 2, name: "b" })];
    expect((await keysFileFromLive(one, NOW)).text).toContain("\naccount:\n  user_id: 5678\n");
    const { user_id: _, ...unowned } = liveKey({ id: 3, name: "c" });
    expect((await keysFileFromLive([...one, unowned], NOW)).text).not.toContain("\naccount:");
    expect((await keysFileFromLive([], NOW)).text).not.toContain("\naccount:");
  });

  test("keys stand by name, whatever the order of the list", async () => {
    const live = ["b", "a", "c"].map((name, index) => liveKey({ id: index + 1, name }));
    const { text } = await keysFileFromLive(live, NOW);
    expect((await keysFileFromLive(live.toReversed(), NOW)).text).toBe(text);
    expect([...text.matchAll(/- name: (\w)/g)].map(([, name]) => name)).toEqual(["a", "b", "c"]);
  });
});
