import { describe, expect, test } from "vitest";
import { keysOfAccount } from "../../src/plan/account.ts";
import { liveKey } from "../support/records.ts";

const at = { file: "keys.yaml", line: 2, column: 1 };
const pin = (userId: number) => ({ userId, at });

const mine = [liveKey({ id: 1, user_id: 5 }), liveKey({ id: 2, user_id: 5 })];
const { user_id: _none, ...silent } = liveKey({ id: 3 });
const mixed = [...mine, liveKey({ id: 4, user_id: 9 }), silent];

function ask(
  keys: typeof mine,
  userId: number | undefined,
  self: number | undefined,
  forWriting: boolean,
): readonly number[] | string {
  const account = userId === undefined ? undefined : pin(userId);
  const result = keysOfAccount({ keys, account, self, forWriting });
  return result.ok ? result.value.map(({ id }) => id) : result.error.code;
}

describe("one account", () => {
  test.each([
    ["no pin", mine, undefined, undefined, [1, 2]],
    ["an empty account, no pin", [], undefined, undefined, []],
    ["the pin agrees with the keys", mine, 5, undefined, [1, 2]],
    ["the pin agrees with keys and token", mine, 5, 5, [1, 2]],
    ["the pin agrees with the token of an empty account", [], 5, 5, []],
    ["nothing shows whose account it is", [silent], 5, undefined, [3]],
    ["the keys are another account's", mine, 6, undefined, "other-account"],
    ["the token is another account's", mine, 5, 6, "other-account"],
    ["the token of an empty account is another's", [], 5, 6, "other-account"],
  ])("%s", (_case, keys, userId, self, expected) => {
    expect(ask(keys, userId, self, false)).toEqual(expected);
    expect(ask(keys, userId, self, true)).toEqual(expected);
  });
});

describe("a list of several accounts", () => {
  test.each([undefined, 5, 9])("is never written to, with pin %j", (userId) => {
    expect(ask(mixed, userId, userId, true)).toBe("several-accounts");
  });

  test("is not compared without a pin", () => {
    expect(ask(mixed, undefined, 5, false)).toBe("several-accounts");
  });

  test.each([
    ["the token's own", 5, 5, [1, 2, 3]],
    ["one the administrator's token does not belong to", 9, 5, [4, 3]],
    ["one named while the server does not tell whose the token is", 9, undefined, [4, 3]],
    ["the token's own, which has no key yet", 7, 7, [3]],
    ["one that is not in the list", 7, 5, "several-accounts"],
    ["one that is not in the list, owner unknown", 7, undefined, "several-accounts"],
  ])("is compared in one of them: %s", (_case, userId, self, expected) => {
    expect(ask(mixed, userId, self, false)).toEqual(expected);
  });

  test.each([
    [true, /use the access token of the one account the file is for; `plan` can/],
    [false, /or name it with account\.user_id/],
  ])("says how many, which, and what to do (writing: %s)", (forWriting, fix) => {
    const result = keysOfAccount({ keys: mixed, account: undefined, self: undefined, forWriting });
    expect(result).toMatchObject({
      ok: false,
      error: {
        severity: "error",
        message:
          "this token lists the keys of 2 accounts (user_id 5, 9), as an administrator's does",
        fix: expect.stringMatching(fix),
      },
    });
  });

  test("names ten of many", () => {
    const keys = Array.from({ length: 40 }, (_, index) =>
      liveKey({ id: index + 1, user_id: index }),
    );
    const result = keysOfAccount({ keys, account: undefined, self: undefined, forWriting: false });
    expect(!result.ok && result.error.message).toContain(
      "40 accounts (user_id 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …)",
    );
  });
});

test("another account is told with the place of the pin", () => {
  const result = keysOfAccount({ keys: mine, account: pin(6), self: undefined, forWriting: true });
  expect(result).toMatchObject({
    error: {
      message: "the file is for account 6 (account.user_id), but this token belongs to account 5",
      at,
    },
  });
});
