import { describe, expect, test } from "vitest";
import type { ApiError } from "../../src/api/api-result.ts";
import { explainListError } from "../../src/run/first-list.ts";
import { exitOf, problem } from "../../src/model/diagnostic.ts";

const BASE = "https://keys.example";

function explain(code: ApiError["code"], message = "said", userIdSent = true) {
  const found = explainListError({ code, message }, { baseUrl: BASE, userIdSent });
  return { ...found, exit: exitOf([found]) };
}

describe("a list that failed is told with what to do and the exit code of its kind", () => {
  test.each([
    ["credentials-refused", 4, /refused to list the keys: said/, /COMETAPI_ACCESS_TOKEN .*raw/],
    [
      "server-refused",
      9,
      /refused to list the keys: said/,
      /server's own trouble.*try again later/,
    ],
    ["server-not-this-api", 9, /does not answer as this API: said/, /COMETAPI_BASE_URL/],
    ["server-unreachable", 9, /could not be reached: said/, /COMETAPI_BASE_URL.*proxy/],
    ["server-error", 9, /failed: said/, /try again later/],
    ["server-limit", 9, /^said$/, /--deadline/],
    ["server-list-unstable", 9, /^said$/, /try again when/],
    ["deadline", 9, /^said$/, /--deadline/],
    ["hung-up", 129, /^said$/, /^no fix$/],
    ["interrupted", 130, /^said$/, /^no fix$/],
  ] as const)("%s", (code, exit, message, fix) => {
    const found = explain(code);
    expect(found.exit).toBe(exit);
    expect(found.message).toMatch(message);
    expect(found.fix ?? "no fix").toMatch(fix);
  });
});

test("refused credentials hint at the user id only while none is sent", () => {
  expect(explain("credentials-refused", "said", false).fix).toContain("set COMETAPI_USER_ID");
  expect(explain("credentials-refused", "said", true).fix).not.toContain("COMETAPI_USER_ID");
});

test("a server without words is not quoted", () => {
  expect(explain("server-error", "").message).toBe(`${BASE} failed`);
});

describe("the exit code of diagnostics", () => {
  test("is that of the gravest error", () => {
    expect(exitOf([problem("duplicates", "a"), problem("usage", "b")])).toBe(3);
  });

  test.each(["warning", "note"] as const)("is 0 for a %s", (severity) => {
    expect(exitOf([{ ...problem("usage", "a"), severity }])).toBe(0);
  });
});

test.each([
  [
    "a key that is too large to be read",
    "key 7 takes 70 kB, and no more than 64 can be read",
    "that key",
  ],
  [
    "a list beyond the bound",
    "a list of keys that takes more than 128 MB of memory",
    "keys that nobody uses",
  ],
])("%s is named with what to do, and is no fault of the address", (_, message, fix) => {
  const found = explain("server-not-this-api", message);
  expect(found.fix).toContain(fix);
  expect(found.fix).not.toContain("COMETAPI_BASE_URL");
});
