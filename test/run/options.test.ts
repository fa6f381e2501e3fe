import { describe, expect, test } from "vitest";
import { count, parseFormat } from "../../src/run/flag-values.ts";
import { checkOnly, onlyThese, readPlanOptions } from "../../src/run/options.ts";
import { desiredKey } from "../support/records.ts";

describe("the flags that shape a plan", () => {
  test("have neutral defaults", () => {
    expect(readPlanOptions({})).toEqual({
      ok: true,
      value: { only: [], createOnly: false, denyWidening: false },
    });
  });

  test("are taken as given", () => {
    const flags = { only: ["a"], createOnly: true, denyWidening: true, maxKeys: "12" };
    expect(readPlanOptions({ ...flags, expiringWithin: 60 })).toEqual({
      ok: true,
      value: { ...flags, maxKeys: 12, expiringWithin: 60 },
    });
  });

  test.each(["0", "-1", "many", "1000000000"])("--max-keys %s is refused", (maxKeys) => {
    expect(readPlanOptions({ maxKeys })).toMatchObject({
      ok: false,
      error: { code: "usage", message: expect.stringContaining(`--max-keys ${maxKeys}`) },
    });
  });
});

describe("--only", () => {
  const desired = {
    files: [],
    scopes: [],
    protect: [],
    keys: [desiredKey({}, "team-a"), desiredKey({}, "team-b")],
  };
  const check = (...only: readonly string[]) =>
    checkOnly({ only, createOnly: false, denyWidening: false }, desired);

  test.each([[[]], [["team-a"]], [["team-*", "*b"]], [["team-?"]]])(
    "%j names declared keys",
    (only) => {
      expect(check(...only)).toEqual({ ok: true, value: undefined });
    },
  );

  test("more patterns with more names than can be held against each other are refused", () => {
    const keys = Array.from({ length: 100 }, (_, n) => desiredKey({}, `${"a".repeat(40)}${n}`));
    const only = Array.from({ length: 100 }, (_, n) => `*${"a".repeat(n % 20)}?b*`);
    const refused = { ok: false, error: { code: "usage", fix: expect.stringContaining("`?`") } };
    const options = { only, createOnly: false, denyWidening: false };
    expect(checkOnly(options, { ...desired, keys }, 10_000)).toMatchObject(refused);
    expect(onlyThese(only, keys, 10_000)).toMatchObject(refused);
    expect(onlyThese(["*0", "*b*"], keys, 10_000)).toMatchObject({ ok: true });
    const names = keys.map(({ name }) => name);
    expect(checkOnly({ ...options, only: names }, { ...desired, keys }, 0).ok).toBe(true);
  });

  test("names in vain are told together", () => {
    expect(check("team-a", "taem-*", "team")).toMatchObject({
      ok: false,
      error: { code: "usage", message: '--only "taem-*", "team": no declared key has such a name' },
    });
  });
});

test.each(["0", "65", "", "-1", "1.5", " 4", "4 ", "0x4", "1e1", "9999999999"])(
  "%j is no number from 1 to 64",
  (text) => {
    expect(count("--concurrency", text, 1, 64).ok).toBe(false);
  },
);

test.each(["1", "64", "04"])("%s is a number from 1 to 64", (text) => {
  expect(count("--concurrency", text, 1, 64)).toEqual({ ok: true, value: Number(text) });
});

describe("a format", () => {
  test("is the first one when none is asked for", () => {
    expect(parseFormat(undefined, ["text", "json"])).toEqual({ ok: true, value: "text" });
  });

  test("is one the command has", () => {
    expect(parseFormat("json", ["text", "json"])).toEqual({ ok: true, value: "json" });
  });

  test.each(["yaml", "JSON", "", "toString"])(
    "%j is none, and those there are get named",
    (text) => {
      expect(parseFormat(text, ["text", "json"])).toMatchObject({
        ok: false,
        error: { code: "usage", fix: "write one of: text, json" },
      });
    },
  );
});
