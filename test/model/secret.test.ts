import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";

const VALUE = "a-very-secret-token";
const secret = new Secret(VALUE);

test.each([
  ["String", String(secret)],
  ["concatenation", ["x", secret].join(" ")],
  ["JSON", JSON.stringify({ secret })],
  ["inspect", inspect({ secret }, { showHidden: true, depth: 9 })],
  ["its entries", JSON.stringify([Object.entries(secret), Object.keys(secret)])],
  ["a copy", JSON.stringify(Object.assign({}, secret))],
  ["an error", new Error("failed", { cause: secret }).toString()],
])("%s does not show a secret", (_how, text) => {
  expect(text).not.toContain(VALUE.slice(0, 8));
});

test("reveal is the only way to it", () => {
  expect(secret.reveal()).toBe(VALUE);
});
