import { expect, test } from "vitest";
import { signalExit } from "../../src/model/stop-signal.ts";

test.each([
  ["sighup", 129],
  ["sigint", 130],
  ["sigterm", 143],
] as const)("%s ends in %i, 128 and its number, as shells report it", (signal, code) => {
  expect(signalExit(signal)).toBe(code);
});
