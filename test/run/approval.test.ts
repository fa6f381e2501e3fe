import { expect, test } from "vitest";
import { readApproval } from "../../src/run/approval.ts";
import { fakeTerminal } from "../support/fake-io.ts";

test("the digest that was reviewed stays whole in messages, whatever a server makes a key", async () => {
  const io = fakeTerminal({}, () => "no");
  const hex = "0123456789abcdef".repeat(4);
  const digest = `sha256:${hex}`;
  await readApproval({ expect: digest }, undefined, io);
  io.redactor.addKey(hex.slice(1));
  expect(io.redactor.clean(`expected ${digest}`)).toBe(`expected ${digest}`);
});
