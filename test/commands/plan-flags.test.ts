import { describe, expect, test } from "vitest";
import { checkOnly, readShape } from "../../src/commands/plan-flags.ts";
import { desiredKey } from "../support/records.ts";

describe("the flags that shape a plan", () => {
  test("have neutral defaults", () => {
    expect(readShape({})).toEqual({
      ok: true,
      value: { only: [], createOnly: false, denyWidening: false },
    });
  });

  test("are taken as given", () => {
    const flags = { only: ["a"], createOnly: true, denyWidening: true, maxKeys: "12" };
    expect(readShape({ ...flags, expiringWithin: 60 })).toEqual({
      ok: true,
      value: { ...flags, maxKeys: 12, expiringWithin: 60 },
    });
  });

  test.each(["0", "-1", "many", "1000000000"])("--max-keys %s is refused", (maxKeys) => {
    expect(readShape({ maxKeys })).toMatchObject({
      ok: false,
      error: { code: "usage", message: expect.stringContaining(`--max-keys ${maxKeys}`) },
    });
  });
});

describe("--only", () => {
  const desired = { files: [], keys: [desiredKey({}, "team-a"), desiredKey({}, "team-b")] };
  const check = (...only: readonly string[]) =>
    checkOnly({ only, createOnly: false, denyWidening: false }, desired);

  test.each([[[]], [["team-a"]], [["team-*", "*b"]], [["team-?"]]])(
    "%j names declared keys",
    (only) => {
      expect(check(...only)).toEqual({ ok: true, value: undefined });
    },
  );

  test("names in vain are told together", () => {
    expect(check("team-a", "taem-*", "team")).toMatchObject({
      ok: false,
      error: { code: "usage", message: '--only "taem-*", "team": no declared key has such a name' },
    });
  });
});
