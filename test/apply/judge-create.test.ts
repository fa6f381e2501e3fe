import { describe, expect, test } from "vitest";
import type { WriteAnswer } from "../../src/api/api-result.ts";
import { judgeCreate } from "../../src/apply/judge-create.ts";
import type { LiveKey } from "../../src/model/key.ts";
import type { CreateChange } from "../../src/model/plan.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const CHANGE: CreateChange = {
  action: "create",
  name: "ci",
  direction: "widen",
  desired: desiredKey({ remain_quota: 500, unlimited_quota: false, status: "disabled" }),
  fields: [],
  dangers: [],
};
const RULES = { fence: 10, settleMs: 5_000, now: NOW };

const ACCEPTED: WriteAnswer = { kind: "accepted" };
const REFUSED: WriteAnswer = { kind: "refused", message: "too long" };
const UNKNOWN: WriteAnswer = { kind: "unknown", reason: "ECONNRESET" };
const HELD: WriteAnswer = { kind: "not-carried-out", code: "server-unreachable", reason: "gone" };
const UNAUTHORIZED: WriteAnswer = { kind: "unauthorized", message: "no" };
const PAUSED: WriteAnswer = { kind: "paused" };

function made(id: number, fields: Partial<LiveKey> = {}): LiveKey {
  return liveKey({ id, created_time: NOW, accessed_time: NOW, ...fields });
}

function judge(answer: WriteAnswer, found: readonly LiveKey[] | undefined) {
  return judgeCreate({ change: CHANGE, answer }, found, RULES);
}

/** `status code: message` of a verdict that ends the change. */
function ended(answer: WriteAnswer, found: readonly LiveKey[] | undefined): string {
  const verdict = judge(answer, found);
  if (verdict.kind !== "ended") return verdict.kind;
  const { status, error } = verdict.outcome;
  return `${status} ${error?.code}: ${error?.message}`;
}

describe("no record under the name", () => {
  test.each([
    ["accepted", ACCEPTED, /^unknown outcome-unknown: .*accepted.* not in the list/],
    ["refused", REFUSED, /^failed change-failed: the server refused: too long$/],
    [
      "unclear",
      UNKNOWN,
      /^unknown outcome-unknown: no clear answer \(ECONNRESET\).*run plan again/,
    ],
    ["never sent", HELD, /^not_attempted server-unreachable: gone$/],
    ["token refused", UNAUTHORIZED, /^failed credentials-refused: /],
    ["held back", PAUSED, /^not_attempted server-limit: /],
  ])("%s", (_answer, answer, expected) => {
    expect(ended(answer, [])).toMatch(expected);
  });
});

describe("a list that could not be read leaves open what only it could tell", () => {
  test.each([
    ["accepted", ACCEPTED, /^unknown .*accepted.* list could not be read/],
    [
      "refused: it may have been stored all the same",
      REFUSED,
      /^unknown .*too long.* list could not be read/,
    ],
    ["unclear", UNKNOWN, /^unknown .*list could not be read/],
    ["never sent", HELD, /^not_attempted/],
  ])("%s", (_answer, answer, expected) => {
    expect(ended(answer, undefined)).toMatch(expected);
  });
});

describe("one record under the name", () => {
  test.each([
    ["accepted", ACCEPTED],
    ["refused, yet stored", REFUSED],
    ["unclear, yet stored", UNKNOWN],
    ["never sent, made by another run", HELD],
  ])("as declared is in place, whatever was answered: %s", (_answer, answer) => {
    expect(judge(answer, [made(11)])).toEqual({ kind: "in-place", key: made(11) });
  });

  test("an enabled record is in place where disabled is declared: the status follows", () => {
    expect(judge(ACCEPTED, [made(11, { status: 1 })]).kind).toBe("in-place");
  });

  test("with other fields and unused is brought in line", () => {
    const other = made(11, { remain_quota: 1 });
    expect(judge(ACCEPTED, [other])).toEqual({ kind: "differs", key: other });
  });

  test("with other fields is left alone where nothing was sent", () => {
    expect(ended(HELD, [made(11, { remain_quota: 1 })])).toBe(
      "not_attempted server-unreachable: gone",
    );
  });

  test("with other fields and in use needs a person", () => {
    const used = made(11, { remain_quota: 1, used_quota: 9 });
    expect(ended(ACCEPTED, [used])).toMatch(
      /^failed key-in-use: key 11 .* in use, but remain_quota is 10 instead of 500.*; apply again/,
    );
  });

  test("stored with expired_time 0 was born dead", () => {
    expect(ended(ACCEPTED, [made(11, { expired_time: 0 })])).toMatch(
      /^failed born-dead: .*key 11 was born dead.*; declare expired_time/,
    );
  });
});

describe("several records under the name", () => {
  test("equal and unused are repeats of the first", () => {
    expect(judge(UNKNOWN, [made(12), made(11)])).toMatchObject({
      kind: "repeated",
      keep: { id: 11 },
      remove: [{ id: 12 }],
    });
  });

  test("need a person as soon as one of them is disputed", () => {
    const verdict = judge(UNKNOWN, [made(11), made(12), made(13, { used_quota: 1 })]);
    expect(verdict).toMatchObject({
      kind: "ended",
      outcome: {
        status: "failed",
        id: 11,
        error: {
          code: "twins",
          message: "3 live keys bear this name (ids 11, 12, 13); delete all but one by hand",
        },
      },
    });
  });
});
