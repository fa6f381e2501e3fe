import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    readonly seed: number;
  }
}

/** The seed of `npm test`, so that the same source always has the same verdict. */
const FIXED = 1;

/**
 * Gives all tests one seed. The long rounds look for what no round has met yet, so theirs is a fresh
 * one; `SEED=… npm run test:long` repeats it.
 */
export function setup({ provide }: TestProject): void {
  const given = process.env["SEED"];
  const fresh = process.env["LONG"] ? Math.floor(Math.random() * 2 ** 31) : FIXED;
  const seed = given === undefined ? fresh : Number(given);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`SEED=${given}: not a whole number`);
  if (seed !== FIXED) process.stdout.write(`SEED=${seed} repeats this run.\n`);
  provide("seed", seed);
}
