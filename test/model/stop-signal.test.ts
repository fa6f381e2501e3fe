import { expect, test } from "vitest";
import { isSignalExit, signalExit } from "../../src/model/stop-signal.ts";

test.each([
  ["sighup", 129],
  ["sigint", 130],
  ["sigterm", 143],
] as const)("%s ends in %i, 128 and its number, as shells report it", (signal, code) => {
  expect(signalExit(signal)).toBe(code);
  expect(isSignalExit(code)).toBe(true);
});

test.each([0, 1, 2, 9] as const)("%i is no signal's code", (code) => {
  expect(isSignalExit(code)).toBe(false);
});
