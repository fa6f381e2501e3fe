import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";

const VALUE = "a-very-secret-token";
const secret = new Secret(VALUE);

function logged(...values: readonly unknown[]): string {
  const written: string[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  new Console({ stdout }).log("%s %o", ...values, values);
  return written.join("");
}

test.each([
  ["String", String(secret)],
  ["concatenation", ["x", secret].join(" ")],
  ["JSON", JSON.stringify({ secret })],
  ["inspect", inspect({ secret }, { showHidden: true, depth: 9 })],
  ["its entries", JSON.stringify([Object.entries(secret), Object.keys(secret)])],
  ["a copy", JSON.stringify(Object.assign({}, secret))],
  ["console.log", logged(secret, { secret }, [secret])],
  ["an error's cause, inspected", inspect(new Error("failed", { cause: secret }))],
  ["an error's cause, logged", logged(new Error("failed", { cause: { secret } }))],
  ["an error", new Error("failed", { cause: secret }).toString()],
])("%s does not show a secret", (_how, text) => {
  expect(text).not.toContain(VALUE.slice(0, 8));
});

test("reveal is the only way to it", () => {
  expect(secret.reveal()).toBe(VALUE);
});
