import { describe, expect, test } from "vitest";
import { problem } from "../../src/model/diagnostic.ts";
import type { Check } from "../../src/model/finding.ts";
import { err, ok } from "../../src/model/result.ts";
import { findingsOf, type Answers } from "../../src/run/findings.ts";
import { keyList } from "../support/apply-context.ts";
import { liveKey, NOW } from "../support/records.ts";

const KEYS = [liveKey({ id: 1, user_id: 7 }), liveKey({ id: 2, user_id: 7 })];
const ANSWERS: Answers = {
  baseUrl: "https://keys.example",
  isLoopback: false,
  proxy: undefined,
  trust: { extra: undefined, isReadable: false, isOff: false },
  status: { version: "v1", quotaPerUnit: 500_000 },
  list: ok({ ...keyList(KEYS), serverTime: NOW * 1000 }),
  wholeKeys: 0,
  self: 7,
  groups: new Set(["default"]),
  userId: undefined,
  maxKeys: 1_000,
  receivedAt: NOW * 1000 + 800,
};

/** `status message`, of one check. */
function said(check: Check, answers: Partial<Answers> = {}): string | undefined {
  const found = findingsOf({ ...ANSWERS, ...answers }).find((finding) => finding.check === check);
  return found && `${found.status} ${found.message}`;
}

const listOf = (...keys: Parameters<typeof keyList>[0]) => ok(keyList(keys));

describe("each check", () => {
  test.each<[Check, Partial<Answers>, RegExp]>([
    ["server", {}, /^ok https:\/\/keys\.example$/],
    ["proxy", {}, /^ok none \(HTTPS_PROXY is not set\)$/],
    ["proxy", { proxy: "proxy:3128" }, /^ok through proxy:3128$/],
    [
      "proxy",
      { proxy: "proxy:3128", isLoopback: true },
      /^ok none: the server is on this machine$/,
    ],
    ["tls", {}, /^ok trusts the CAs that Node brings$/],
    ["version", {}, /^ok v1; 500000 units of quota make a dollar$/],
    ["version", { status: { version: "v1" } }, /^ok v1$/],
    ["version", { status: { quotaPerUnit: 5 } }, /^ok it tells no version; 5 units/],
    ["version", { status: {} }, /^unknown GET \/api\/status does not answer$/],
    ["clock", {}, /^ok agrees/],
    ["clock", { receivedAt: NOW * 1000 - 90_000 }, /^warning .* is 90 s ahead of this machine's$/],
    ["clock", { receivedAt: NOW * 1000 + 90_000 }, /^warning .* is 90 s behind this machine's$/],
    ["clock", { list: listOf(...KEYS) }, /^unknown the server sends no Date$/],
    ["token", {}, /^ok accepted/],
    ["account", {}, /^ok 7; .*user_id: 7/],
    ["account", { self: undefined }, /^ok 7; /],
    ["account", { self: undefined, list: listOf() }, /^unknown neither/],
    ["account", { userId: 8 }, /^error COMETAPI_USER_ID is 8, and the token belongs to account 7$/],
    [
      "account",
      { list: listOf(...KEYS, liveKey({ id: 3, user_id: 9 })) },
      /^error this token lists the keys of 2 accounts/,
    ],
    ["groups", {}, /^ok "default"$/],
    ["groups", { groups: undefined }, /^unknown/],
    [
      "groups",
      { groups: new Set(Array.from({ length: 25 }, (_, n) => `g${n}`)) },
      /"g19" and 5 more$/,
    ],
    ["groups", { groups: new Set(["g".repeat(500)]) }, /^ok "g{200}…"$/],
    ["list", {}, /^ok 2 keys on 1 page$/],
    ["key-values", {}, /^ok masked/],
    ["key-values", { wholeKeys: 2 }, /^warning the list holds the whole value of 2 of 2 keys$/],
    ["key-values", { list: listOf() }, /^unknown no key yet/],
    ["room", {}, /^ok 2 of 1000 keys$/],
    ["room", { maxKeys: 2 }, /^warning 2 of 2 keys$/],
    ["writes", {}, /^unknown only a write shows/],
  ])("%s %j", (check, answers, message) => {
    expect(said(check, answers)).toMatch(message);
  });

  test("a list of several pages tells how many keys the server gives", () => {
    const firstPage = { entries: KEYS.slice(0, 1), total: 2 };
    const list = ok({ ...keyList(KEYS), firstPage });
    expect(said("list", { list })).toBe(
      "ok 2 keys on 2 pages: the server gives 1 of the 100 asked for",
    );
  });

  test("everything that is not in order says what to do", () => {
    const bad = {
      status: {},
      maxKeys: 1,
      wholeKeys: 2,
      userId: 8,
      receivedAt: 0,
      groups: undefined,
    };
    const findings = findingsOf({ ...ANSWERS, ...bad });
    const open = findings.filter(({ status }) => status !== "ok");
    expect(open.length).toBeGreaterThan(5);
    expect(open.filter(({ fix = "" }) => fix === "")).toEqual([]);
  });
});

describe("a list that cannot be read ends the examination", () => {
  test.each([
    ["token", problem("credentials-refused", "no", "fix")],
    ["server", problem("server-unreachable", "gone", "fix")],
  ] as const)("as an error of the %s", (check, error) => {
    const findings = findingsOf({ ...ANSWERS, list: err(error) });
    expect(findings.filter(({ status }) => status === "error")).toEqual([
      { check, status: "error", code: error.code, message: error.message, fix: "fix" },
    ]);
    expect(findings.filter((finding) => finding.check === check)).toHaveLength(1);
  });
});
