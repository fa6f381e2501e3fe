import { expect, test } from "vitest";
import { getOnly } from "../../src/api/get-only.ts";
import { ACCEPTED, scriptedSend } from "../support/scripted-send.ts";

const rest = { path: "/api/token/", headers: {}, signal: new AbortController().signal };

test("a GET passes as it is", async () => {
  const { send, requests } = scriptedSend(ACCEPTED);
  await expect(getOnly(send)({ method: "GET", ...rest })).resolves.toBe(ACCEPTED);
  expect(requests).toEqual([{ method: "GET", ...rest }]);
});

test.each(["POST", "PUT", "DELETE"] as const)("a %s never reaches the transport", (method) => {
  const { send, requests } = scriptedSend(ACCEPTED);
  expect(() => getOnly(send)({ method, ...rest })).toThrow(`${method} /api/token/`);
  expect(requests).toEqual([]);
});
