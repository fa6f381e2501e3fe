import { expect, test } from "vitest";
import { exitOf } from "../../src/model/diagnostic.ts";
import { EXIT } from "../../src/model/exit-code.ts";
import type { DesiredKey } from "../../src/model/key.ts";
import { readAllowedSinks } from "../../src/run/delivery.ts";
import { desiredKey } from "../support/records.ts";

function keysWith(count: number, argument: string): readonly DesiredKey[] {
  return Array.from({ length: count }, (_, at) => {
    const key = desiredKey({}, `k${at}`);
    const sink = { kind: "exec", argv: ["p", `u${at}`, argument] } as const;
    return { ...key, deliver: [{ sink, at: key.at }] };
  });
}

function refused(keys: readonly DesiredKey[]) {
  const check = readAllowedSinks({}, {});
  return check.ok ? check.value(keys) : [];
}

test("a place that is not allowed is told with the flag that would allow it", () => {
  expect(refused(keysWith(1, "a'b"))[0]?.fix).toContain("--allow-sink 'exec:p u0 a'\\''b'");
});

test("however many places are not allowed, the run is refused for safety", () => {
  const found = refused(keysWith(1_000, "a"));
  expect(found).toHaveLength(201);
  expect(exitOf(found)).toBe(EXIT.refused);
});

test("of all problems of a plan, so many places are told as there is room for", () => {
  const check = readAllowedSinks({}, {});
  const found = check.ok ? check.value(keysWith(1_000, "a"), 3) : [];
  expect(found.map(({ message }) => message).at(-1)).toContain("and 997 more problems");
  expect(found).toHaveLength(4);
});

test("places as long as a file can make them are told in a few words each", () => {
  const text = JSON.stringify(refused(keysWith(1_000, "a'".repeat(50_000))));
  expect(text.length).toBeLessThan(200_000);
});

test("of very many patterns none is read: each is held against each place", () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => `file:p${at}/*`).join("\n");
  const check = (count: number) =>
    readAllowedSinks({ allowSink: ["exec:p *"] }, { COMETKEYS_ALLOW_SINKS: lines(count) });
  expect(check(999).ok).toBe(true);
  expect(check(1_000)).toMatchObject({
    error: [{ message: expect.stringContaining("1001 places") }],
  });
});
