import { describe, expect, test } from "vitest";
import { answerOf, classifyCreate, type Post } from "../../src/apply/classify-create.ts";
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
const RULES = { mark: 10, settleMs: 5_000, now: NOW };

const ACCEPTED: Post["answer"] = { kind: "accepted" };
const REFUSED: Post["answer"] = { kind: "refused", message: "too long" };
const UNKNOWN: Post["answer"] = { kind: "unknown", reason: "ECONNRESET" };
const HELD: Post["answer"] = {
  kind: "not-carried-out",
  code: "server-unreachable",
  reason: "gone",
};
const UNAUTHORIZED: Post["answer"] = { kind: "unauthorized", message: "no" };

function made(id: number, fields: Partial<LiveKey> = {}): LiveKey {
  return liveKey({ id, created_time: NOW, accessed_time: NOW, ...fields });
}

function attempt(...answers: readonly Post["answer"][]) {
  return { change: CHANGE, posts: answers.map((answer) => ({ answer, answeredAt: 0 })) };
}

function classify(answer: Post["answer"], found: readonly LiveKey[] | undefined) {
  return classifyCreate(attempt(answer), found, RULES);
}

/** `status code: message` of a verdict that ends the change. */
function ended(answer: Post["answer"], found: readonly LiveKey[] | undefined): string {
  const verdict = classify(answer, found);
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

test("a name that was not posted because a key had it, and has it no more, was not attempted", () => {
  expect(classifyCreate(attempt(), [], RULES)).toMatchObject({
    kind: "ended",
    outcome: { status: "not_attempted", error: { code: "moved" } },
  });
});

describe("the answer that counts", () => {
  test("is the first one: what became of a repeat does not tell what became of it", () => {
    expect(answerOf(attempt(UNKNOWN, REFUSED))).toBe(UNKNOWN);
    expect(answerOf(attempt(UNKNOWN, HELD))).toBe(UNKNOWN);
  });

  test("is that of a repeat that was accepted", () => {
    expect(answerOf(attempt(UNKNOWN, ACCEPTED))).toBe(ACCEPTED);
  });

  test("is none where nothing was posted", () => {
    expect(answerOf(attempt())).toBeUndefined();
  });
});

describe("one record under the name", () => {
  test.each([
    ["accepted", ACCEPTED],
    ["refused, yet stored", REFUSED],
    ["unknown, yet stored", UNKNOWN],
    ["never sent, made by another run", HELD],
  ])("as declared is in place, whatever was answered: %s", (_answer, answer) => {
    expect(classify(answer, [made(11)])).toEqual({ kind: "in-place", key: made(11) });
  });

  test("an enabled record is in place where disabled is declared: the status follows", () => {
    expect(classify(ACCEPTED, [made(11, { status: 1 })]).kind).toBe("in-place");
  });

  test("with other fields and unused is brought in line", () => {
    const other = made(11, { remain_quota: 1 });
    expect(classify(ACCEPTED, [other])).toEqual({ kind: "differs", key: other });
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

  test("stored with expired_time 0 was created expired", () => {
    expect(ended(ACCEPTED, [made(11, { expired_time: 0 })])).toMatch(
      /^failed created-expired: .*key 11 was created expired.*; declare expired_time/,
    );
  });
});

describe("several records under the name", () => {
  test("equal and unused are duplicates of the first", () => {
    expect(classify(UNKNOWN, [made(12), made(11)])).toMatchObject({
      kind: "duplicated",
      keep: { id: 11 },
      remove: [{ id: 12 }],
    });
  });

  test("need a person as soon as one of them is disputed", () => {
    const verdict = classify(UNKNOWN, [made(11), made(12), made(13, { used_quota: 1 })]);
    expect(verdict).toMatchObject({
      kind: "ended",
      outcome: {
        status: "failed",
        id: 11,
        error: {
          code: "duplicates",
          message: "3 live keys have this name (ids 11, 12, 13); delete all but one by hand",
        },
      },
    });
  });
});
