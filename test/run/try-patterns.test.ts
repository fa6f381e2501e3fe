import { expect, test } from "vitest";
import { tryPatterns } from "../../src/run/try-patterns.ts";

/** Far longer than any of it takes. */
const LONG_MS = 300_000;

test("patterns that people write are fit", async () => {
  const patterns = ["^team-[a-z]{3,20}$", String.raw`\p{L}+ \d`, "^(?!test-)", "", "\u0100\n"];
  expect(await tryPatterns(patterns, LONG_MS)).toBeUndefined();
});

test("one that the engine refuses is told with what the engine says", async () => {
  const unfit = await tryPatterns(["^a$", "b(", "^c$"], LONG_MS);
  expect(unfit).toEqual({ pattern: "b(", reason: "Unterminated group" });
});

test("patterns that take seconds together are told by the one that takes most", async () => {
  const patterns = Array.from({ length: 100_000 }, (_, n) => String.raw`^(?:\p{L}|x)*-${n}$`);
  const unfit = await tryPatterns(patterns, LONG_MS);
  expect(unfit).toMatchObject({ pattern: expect.stringContaining("-"), reason: undefined });
});

test("an attempt that takes longer than it may is ended", async () => {
  const endless = String.raw`(?:\P{L}|\P{N})`.repeat(250);
  expect(await tryPatterns([endless], 1)).toMatchObject({ reason: undefined });
});

test("the process that tries them is given nothing of ours", async () => {
  process.env["NODE_OPTIONS"] = "--no-such-option";
  try {
    expect(await tryPatterns(["^a$"], LONG_MS)).toBeUndefined();
  } finally {
    delete process.env["NODE_OPTIONS"];
  }
});
