import { describe, expect, test } from "vitest";
import type { WriteAnswer } from "../../src/api/api-result.ts";
import { removeKey } from "../../src/apply/remove-key.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { err, ok } from "../../src/model/result.ts";
import { applyContext } from "../support/apply-context.ts";
import { liveKey } from "../support/records.ts";

const KEY = liveKey({ id: 7 });
const ACCEPTED: WriteAnswer = { kind: "accepted" };

/** What comes of a delete, and how often the key was read and a delete sent. */
async function remove(
  live: LiveKey | undefined,
  answers: readonly WriteAnswer[] = [],
  fine = true,
) {
  const sent = { get: 0, remove: 0 };
  const unopened: (number | undefined)[] = [];
  const context = applyContext({
    get: async () => {
      sent.get += 1;
      return ok(live);
    },
    remove: async (_id, failed) => {
      unopened.push(failed);
      sent.remove += 1;
      return answers[sent.remove - 1] ?? ACCEPTED;
    },
  });
  const removal = await removeKey(KEY, context, () => fine);
  return { ...sent, removal, unopened };
}

test("a key is read, then deleted", async () => {
  expect(await remove(KEY)).toEqual({
    get: 1,
    remove: 1,
    removal: { kind: "sent", answer: ACCEPTED },
    unopened: [0],
  });
});

test("a connection that never opens is counted from one read to the next", async () => {
  const unopened: WriteAnswer = { kind: "paused", unopened: true };
  expect(await remove(KEY, [unopened, unopened, { kind: "paused" }])).toMatchObject({
    get: 4,
    unopened: [0, 1, 2, 0],
  });
});

test("a delete held back by a limit follows a new read", async () => {
  expect(await remove(KEY, [{ kind: "paused" }, ACCEPTED])).toMatchObject({ get: 2, remove: 2 });
});

test("an unclear delete is left to the list", async () => {
  const answer: WriteAnswer = { kind: "unknown", reason: "ECONNRESET" };
  expect(await remove(KEY, [answer])).toMatchObject({
    remove: 1,
    removal: { kind: "sent", answer },
  });
});

describe("nothing is deleted", () => {
  test.each([
    ["that is gone", undefined, true, "gone"],
    ["that bears another name now", liveKey({ id: 7, name: "other" }), true, "moved"],
    ["that belongs to somebody else", liveKey({ id: 7, user_id: 9 }), true, "moved"],
    ["that is not as it was looked at", KEY, false, "moved"],
  ])("%s", async (_case, live, fine, kind) => {
    expect(await remove(live, [], fine)).toMatchObject({ remove: 0, removal: { kind } });
  });

  test("that cannot be read", async () => {
    const error = { code: "server-unreachable", message: "gone" } as const;
    const context = applyContext({ get: async () => err(error) });
    expect(await removeKey(KEY, context, () => true)).toEqual({ kind: "unreadable", error });
  });
});
