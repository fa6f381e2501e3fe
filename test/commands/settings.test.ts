import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBaseUrl } from "../../src/commands/base-url.ts";
import { parseDuration } from "../../src/commands/duration.ts";
import { parseFormat } from "../../src/commands/format.ts";
import { count, readServerSettings, type ServerFlags } from "../../src/commands/settings.ts";

describe("a duration has a unit", () => {
  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["72h", 259_200_000],
    ["14d", 1_209_600_000],
    ["0s", 0],
    ["007s", 7_000],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    "30",
    "s",
    "-5s",
    "+5s",
    "1.5s",
    "5 s",
    " 5s",
    "5S",
    "5min",
    "1h30m",
    "1e3s",
    "9999999999s",
    "5w",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("any other text is none, and never a number that is not finite", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || Number.isSafeInteger(ms)).toBe(true);
      }),
    );
  });
});

describe("a base URL is the address of the server alone", () => {
  test.each([
    ["https://api.cometapi.com", "https://api.cometapi.com", false],
    ["https://api.cometapi.com/", "https://api.cometapi.com", false],
    ["https://api.cometapi.com///", "https://api.cometapi.com", false],
    ["https://Gateway.Example:8443/keys/", "https://gateway.example:8443/keys", false],
    ["https://example.com:443", "https://example.com", false],
    ["https://example.com/apix", "https://example.com/apix", false],
    ["http://localhost:3000/", "http://localhost:3000", true],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080", true],
    ["http://127.9.9.9", "http://127.9.9.9", true],
    ["http://[::1]:8080", "http://[::1]:8080", true],
    ["https://localhost", "https://localhost", true],
  ])("%s", (text, url, loopback) => {
    expect(parseBaseUrl(text, "--base-url")).toEqual({ ok: true, value: { url, loopback } });
  });

  test.each([
    ["", /not an http\(s\) URL/],
    ["api.cometapi.com", /not an http\(s\) URL/],
    ["ftp://example.com", /not an http\(s\) URL/],
    ["file:///etc/passwd", /not an http\(s\) URL/],
    ["localhost:3000", /not an http\(s\) URL/],
    ["https://user:pass@example.com", /user name or password/],
    ["https://user@example.com", /user name or password/],
    ["https://example.com/?x=1", /query or fragment/],
    ["https://example.com/#x", /query or fragment/],
    ["https://example.com/v1", /"\/v1" does not belong.*write https:\/\/example\.com$/],
    ["https://example.com/v1/", /"\/v1" does not belong/],
    [
      "https://example.com/api/token/",
      /"\/api\/token" does not belong.*write https:\/\/example\.com$/,
    ],
    ["https://example.com/x/api", /"\/api" does not belong.*write https:\/\/example\.com\/x$/],
    ["http://example.com", /plain http would show the access token.*use https/],
    ["http://127.0.0.1.example.com", /plain http/],
    ["http://localhost.example.com", /plain http/],
    ["http://10.0.0.1", /plain http/],
  ])("%j is refused", (text, expected) => {
    const result = parseBaseUrl(text, "COMETAPI_BASE_URL");
    const said = result.ok ? "accepted" : `${result.error.message} ${result.error.fix}`;
    expect(said).toMatch(/^COMETAPI_BASE_URL: /);
    expect(said).toMatch(expected);
    expect(said).not.toContain("pass@");
  });
});

describe("the server settings", () => {
  const read = (flags: ServerFlags, env = {}) => {
    const result = readServerSettings(flags, env);
    return result.ok ? result.value : result.error.map(({ message }) => message);
  };

  test("have defaults", () => {
    expect(read({})).toEqual({
      baseUrl: { url: "https://api.cometapi.com", loopback: false },
      concurrency: 4,
      timeoutMs: 30_000,
      deadlineMs: 900_000,
      settleMs: 5_000,
    });
  });

  test("take the address from the environment, the flag before it, and an empty one as none", () => {
    const env = { COMETAPI_BASE_URL: " https://env.example " };
    expect(read({}, env)).toMatchObject({ baseUrl: { url: "https://env.example" } });
    const flags = { baseUrl: "https://flag.example" };
    expect(read(flags, env)).toMatchObject({ baseUrl: { url: "https://flag.example" } });
    expect(read({}, { COMETAPI_BASE_URL: " " })).toMatchObject({
      baseUrl: { url: "https://api.cometapi.com" },
    });
  });

  test("tell all mistakes at once, each with its flag", () => {
    const flags = {
      baseUrl: "x",
      concurrency: "65",
      timeout: "0s",
      deadline: "30",
      settle: "99ms",
    };
    expect(read(flags)).toEqual([
      "--base-url: not an http(s) URL",
      "--concurrency 65: not a number from 1 to 64",
      "--timeout 0s: at least 1ms",
      "--deadline 30: not a duration",
      "--settle 99ms: at least 100ms",
    ]);
  });

  test.each([
    ["24d", { timeoutMs: 2_073_600_000 }],
    ["25d", ["--timeout 25d: at most 24d"]],
  ])("a --timeout of %s is bounded by what timers hold", (timeout, expected) => {
    expect(read({ timeout })).toMatchObject(expected);
  });
});

test.each(["0", "65", "", "-1", "1.5", " 4", "4 ", "0x4", "1e1", "9999999999"])(
  "%j is no number from 1 to 64",
  (text) => {
    expect(count("--concurrency", text, 1, 64).ok).toBe(false);
  },
);

test.each(["1", "64", "04"])("%s is a number from 1 to 64", (text) => {
  expect(count("--concurrency", text, 1, 64)).toEqual({ ok: true, value: Number(text) });
});

describe("a format", () => {
  test("is the first one when none is asked for", () => {
    expect(parseFormat(undefined, ["text", "json"])).toEqual({ ok: true, value: "text" });
  });

  test("is one the command has", () => {
    expect(parseFormat("json", ["text", "json"])).toEqual({ ok: true, value: "json" });
  });

  test.each(["yaml", "JSON", "", "toString"])(
    "%j is none, and those there are get named",
    (text) => {
      expect(parseFormat(text, ["text", "json"])).toMatchObject({
        ok: false,
        error: { code: "usage", fix: "write one of: text, json" },
      });
    },
  );
});
