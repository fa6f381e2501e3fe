import { describe, expect, test } from "vitest";
import { isPending } from "../../src/apply/context.ts";
import { deleteKeys } from "../../src/apply/delete-keys.ts";
import type { LiveKey } from "../../src/model/key.ts";
import type { DeleteChange } from "../../src/model/plan.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { finalList } from "../support/apply-context.ts";
import { keyServer, type Script, type Twist } from "../support/key-server.ts";
import { absentKey, liveKey, NOW } from "../support/records.ts";

const DAY = 86_400;
const NO_ANSWER = { kind: "unknown", reason: "ECONNRESET" } as const;
const REFUSED = { kind: "refused", message: "database is locked" } as const;
const ACCEPTED = { kind: "accepted" } as const;
const UNSENT = { kind: "not-carried-out", code: "server-limit", reason: "limited" } as const;
const UNREACHABLE = { code: "server-unreachable", message: "gone" } as const;
const NOT_STORED = { says: NO_ANSWER, stores: false } as const;

interface Case extends Script {
  readonly live?: Partial<LiveKey>;
  /** What the closing look of a run cut short shows; the live keys unless told otherwise. */
  readonly lastLook?: "fails";
}

function deletion(key: LiveKey): DeleteChange {
  const change = planKey(absentKey(key.name), { records: [key] }, NOW);
  if (change?.action !== "delete") throw new Error(`${key.name} is not to be deleted`);
  return change;
}

/** How the deletes of these keys ended, the calls they took, and the ids that are live then. */
async function remove(
  records: readonly LiveKey[],
  { lastLook, ...script }: Omit<Case, "live">,
  pruned: { readonly pruned?: true } = {},
) {
  const server = keyServer(records, script);
  const deletions = records.map((key) => ({ ...deletion(key), ...pruned }));
  const ends = await server.run((context) => deleteKeys(deletions, context));
  const said = ends.map((ended) => {
    const isCut = isPending(ended);
    const outcome = isCut ? ended.resolve(lastLook ? undefined : finalList(server.live())) : ended;
    const { status, error } = outcome;
    return [isCut ? "cut:" : [], status, error?.code ?? [], error?.message ?? []].flat().join(" ");
  });
  const ids = server.live().map(({ id }) => id);
  return { said, log: server.log(), waits: server.waits, ids };
}

type Row = readonly [rule: string, given: Case, said: RegExp, log: string];

/** A table of cases, each with what is said of the key and the calls by the second. */
function table(rows: readonly Row[]): void {
  test.each(rows)("%s", async (_rule, { live = {}, ...script }, expected, log) => {
    const ended = await remove([liveKey(live)], script);
    expect({ said: ended.said, log: ended.log }).toEqual({
      said: [expect.stringMatching(expected)],
      log,
    });
  });
}

test("nothing to delete asks for nothing", async () => {
  expect(await remove([], {})).toEqual({ said: [], log: "", waits: [], ids: [] });
});

describe("read, delete, look at the list", () => {
  table([
    ["a delete takes one of each", {}, /^done$/, "0 get, 0 delete, 0 list"],
    [
      "a refusal is quoted",
      { calls: { delete: [{ says: REFUSED, stores: false }] } },
      /^failed change-failed the server refused: database is locked/,
      "0 get, 0 delete, 0 list, 1 list, 3 list, 7 list, 7 get",
    ],
    [
      "a refusal of what is gone all the same does not count",
      { calls: { delete: [{ says: REFUSED }] } },
      /^done$/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "what somebody else has deleted is done",
      { calls: { get: [{ first: (keys) => keys.drop(1) }] } },
      /^done$/,
      "0 get, 0 list",
    ],
    [
      "what is not carried out is not attempted",
      { calls: { delete: [{ says: UNSENT, stores: false }] } },
      /^not_attempted server-limit limited/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "a refused token is said",
      { calls: { delete: [{ says: { kind: "unauthorized", message: "" }, stores: false }] } },
      /^failed credentials-refused/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "what cannot be read is not deleted",
      { calls: { get: [{ fails: UNREACHABLE }] } },
      /^not_attempted server-unreachable gone/,
      "0 get, 0 list",
    ],
    [
      "what cannot be read, but is gone, is done",
      { calls: { get: [{ fails: UNREACHABLE, first: (keys) => keys.drop(1) }] } },
      /^done$/,
      "0 get, 0 list",
    ],
    [
      "a delete held back by a limit follows a new read",
      { calls: { delete: [{ says: { kind: "paused" }, stores: false }] } },
      /^done$/,
      "0 get, 0 delete, 0 get, 0 delete, 0 list",
    ],
  ]);

  test("several keys are looked at together, and one failure does not stop the others", async () => {
    const keys = [1, 2, 3].map((id) => liveKey({ id, name: `key-${id}` }));
    const ended = await remove(keys, { calls: { get: [{}, { fails: UNREACHABLE }] } });
    expect(ended).toMatchObject({
      said: ["done", "not_attempted server-unreachable gone", "done"],
      log: "0 get, 0 get, 0 get, 0 delete, 0 delete, 0 list",
      ids: [2],
    });
  });
});

describe("a key that is not as it was planned is not deleted", () => {
  const changed = (fields: Partial<LiveKey>): Twist => ({ first: (keys) => keys.set(1, fields) });
  const used = { used_quota: 9, remain_quota: 491, created_time: NOW - 90 * DAY };
  const longAgo = { ...used, accessed_time: NOW - 8 * DAY };
  const lately = { ...used, accessed_time: NOW - 6 * DAY };
  const moreUse: Twist = { first: (keys) => keys.use(1, 5) };

  test.each<[string, Partial<LiveKey>, Twist]>([
    ["it came into use", {}, moreUse],
    ["it came into use again", longAgo, moreUse],
    ["it has another name", {}, changed({ name: "other" })],
    ["it has another owner", {}, changed({ user_id: 9 })],
    ["it was disabled", {}, changed({ status: 2 })],
    ["it was enabled", { status: 2 }, changed({ status: 1 })],
    ["its expiry moved", {}, changed({ expired_time: NOW + DAY })],
    ["its limit was lifted", {}, changed({ unlimited_quota: true })],
    ["its models were limited", {}, changed({ model_limits_enabled: true })],
    ["its models changed", {}, changed({ model_limits: "gpt-4o" })],
    ["its addresses changed", {}, changed({ allow_ips: "10.0.0.1" })],
    ["its group changed", {}, changed({ group: "vip" })],
    ["its retry changed", {}, changed({ cross_group_retry: true })],
  ])("%s", async (_what, live, twist) => {
    expect(await remove([liveKey(live)], { calls: { get: [twist] } })).toMatchObject({
      said: [expect.stringMatching(/^failed moved key 1 /)],
      log: "0 get, 0 list",
      ids: [1],
    });
  });

  test("a raised quota counts where nobody asked for the key by its name", async () => {
    const calls = { get: [changed({ remain_quota: 900 })] };
    expect(await remove([liveKey()], { calls }, { pruned: true })).toMatchObject({
      said: [expect.stringMatching(/^failed moved key 1 /)],
      ids: [1],
    });
  });

  test.each<[string, Partial<LiveKey>, Twist]>([
    ["use that the plan showed went on", lately, moreUse],
    ["the server found it exhausted", {}, changed({ status: 4 })],
    ["the server found it expired", { expired_time: NOW }, changed({ status: 3 })],
    ["its quota was raised", {}, changed({ remain_quota: 900 })],
    ["it was looked at", {}, changed({ accessed_time: NOW })],
    ["no addresses are written in another way", { allow_ips: null }, changed({ allow_ips: "" })],
  ])("%s: deleted all the same", async (_what, live, twist) => {
    expect(await remove([liveKey(live)], { calls: { get: [twist] } })).toMatchObject({
      said: ["done"],
      ids: [],
    });
  });
});

describe("a list that is behind is looked at again before anything is concluded", () => {
  const SHOWN = /^failed change-failed the server accepted the delete, but the key is still there/;
  const behind = (ms: number): Twist => ({ behind: ms });

  table([
    ["after 1 s", { calls: { list: [behind(1)] } }, /^done$/, "0 get, 0 delete, 0 list, 1 list"],
    [
      "after 2 s more",
      { behind: 2000, calls: { get: [behind(0)] } },
      /^done$/,
      "0 get, 0 delete, 0 list, 1 list, 3 list",
    ],
    [
      "after 4 s more",
      { behind: 6000, calls: { get: [behind(0)] } },
      /^done$/,
      "0 get, 0 delete, 0 list, 1 list, 3 list, 7 list",
    ],
    [
      "and then believed",
      { calls: { delete: [{ says: ACCEPTED, stores: false }] } },
      SHOWN,
      "0 get, 0 delete, 0 list, 1 list, 3 list, 7 list, 7 get",
    ],
    [
      "but not against a read of the key itself",
      { behind: 20_000, calls: { get: [behind(0), behind(0)] } },
      /^unknown outcome-unknown the server shows the key no longer, but the list still has it/,
      "0 get, 0 delete, 0 list, 1 list, 3 list, 7 list, 7 get, 7 list",
    ],
    [
      "unless the list followed while that was read",
      { behind: 20_000, calls: { get: [behind(0), { behind: 0, takes: 30_000 }] } },
      /^done$/,
      "0 get, 0 delete, 0 list, 1 list, 3 list, 7 list, 7 get, 37 list",
    ],
    [
      "and a read that fails says no more than that",
      { behind: 20_000, calls: { get: [behind(0), { fails: UNREACHABLE }] } },
      /^unknown outcome-unknown the list still has the key, and it could not be read by itself: /,
      "0 get, 0 delete, 0 list, 1 list, 3 list, 7 list, 7 get, 7 list",
    ],
    [
      "when the server shows the key no longer",
      { calls: { get: [{ first: (keys) => keys.drop(1) }], list: [behind(1)] } },
      /^done$/,
      "0 get, 0 list, 1 list",
    ],
    [
      "which is then said",
      { calls: { get: [{ behind: "hidden" }] } },
      /^unknown outcome-unknown the server shows the key no longer, but the list still has it/,
      "0 get, 0 list, 1 list, 3 list, 7 list",
    ],
    [
      "also when it was refused: a server may report a refusal and have deleted the key",
      { behind: 2000, calls: { get: [behind(0)], delete: [{ says: REFUSED }] } },
      /^done$/,
      "0 get, 0 delete, 0 list, 1 list, 3 list",
    ],
    [
      "and a look that fails then leaves it unknown",
      { calls: { list: [behind(1), { fails: UNREACHABLE }] } },
      /^unknown outcome-unknown accepted, but the list could not tell/,
      "0 get, 0 delete, 0 list, 1 list",
    ],
  ]);

  test("where it moved under each try to read it, as it does while deletes get to a replica", async () => {
    const moves = { moves: true } as const;
    const calls = { delete: [{}, { says: NO_ANSWER }], list: [moves, moves, moves] };
    const keys = [1, 2].map((id) => liveKey({ id, name: `key-${id}` }));
    expect(await remove(keys, { calls })).toMatchObject({
      said: ["done", "done"],
      log: "0 get, 0 get, 0 delete, 0 delete, 0 list, 0 list, 0 list, 1 list",
    });
  });

  test("also a settle time after a repeat was answered: a read of the key may be as far behind", async () => {
    const lost = { says: NO_ANSWER, stores: false } as const;
    const calls = { delete: [lost, lost, {}] };
    const ended = await remove([liveKey()], { behind: 4_500, calls });
    expect(ended).toMatchObject({ said: ["done"], waits: [1000, 2000, 4000, 1000] });
  });

  test("a key once seen to be gone stays so, whatever a later look shows or fails on", async () => {
    const keys = [1, 2].map((id) => liveKey({ id, name: `key-${id}` }));
    const lost = { says: NO_ANSWER, stores: false } as const;
    const calls = { delete: [{}, lost], list: [{}, { fails: UNREACHABLE }] };
    const ended = await remove(keys, { calls });
    expect(ended.said).toEqual([
      "done",
      "unknown outcome-unknown accepted, but the list could not tell",
    ]);
  });

  test("each wait is said", async () => {
    const calls = { delete: [{ says: ACCEPTED, stores: false }] } as const;
    expect((await remove([liveKey()], { calls })).waits).toEqual([1000, 2000, 4000]);
    expect((await remove([liveKey()], {})).waits).toEqual([]);
  });
});

describe("a delete without a clear answer", () => {
  const OPEN = /^unknown outcome-unknown no clear answer, and the key is still there so far/;

  table([
    [
      "is done when the key is gone",
      { calls: { delete: [{ says: NO_ANSWER }] } },
      /^done$/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "is sent again after a new read",
      { calls: { delete: [NOT_STORED] } },
      /^done$/,
      "0 get, 0 delete, 0 list, 1 get, 1 delete, 1 list",
    ],
    [
      "is sent three times at most, and looked for once more",
      { calls: { delete: [NOT_STORED, NOT_STORED, NOT_STORED, {}] } },
      OPEN,
      "0 get, 0 delete, 0 list, 1 get, 1 delete, 1 list, 3 get, 3 delete, 3 list, 7 list",
    ],
    [
      "may land after the last one",
      { calls: { delete: [NOT_STORED, NOT_STORED, { says: NO_ANSWER, stores: 3000 }] } },
      /^done$/,
      "0 get, 0 delete, 0 list, 1 get, 1 delete, 1 list, 3 get, 3 delete, 3 list, 7 list",
    ],
    [
      "stays open when the next one is refused",
      {
        calls: {
          delete: [1, 2, 3].map((n) => (n === 2 ? { says: REFUSED, stores: false } : NOT_STORED)),
        },
      },
      OPEN,
      "0 get, 0 delete, 0 list, 1 get, 1 delete, 1 list, 3 get, 3 delete, 3 list, 7 list",
    ],
    [
      "stays open when the next one is not sent",
      {
        calls: {
          delete: [NOT_STORED],
          get: [{}, { first: (keys) => keys.set(1, { name: "other" }) }],
        },
      },
      OPEN,
      "0 get, 0 delete, 0 list, 1 get, 1 list, 3 get, 3 list, 7 list",
    ],
    [
      "is told by the next one that is accepted",
      { calls: { delete: [NOT_STORED, { says: ACCEPTED, stores: false }] } },
      /^failed change-failed the server accepted the delete/,
      "0 get, 0 delete, 0 list, 1 get, 1 delete, 1 list, 3 list, 7 list, 7 get",
    ],
    [
      "is not sent again when the list could not be read",
      { calls: { delete: [NOT_STORED], list: [{ fails: UNREACHABLE }] } },
      /^unknown outcome-unknown no clear answer, and the list could not tell/,
      "0 get, 0 delete, 0 list",
    ],
  ]);
});

describe("where the list cannot be read", () => {
  const list = [{ fails: UNREACHABLE }];

  table([
    [
      "an accepted delete is unknown",
      { calls: { list } },
      /^unknown outcome-unknown accepted, but the list could not tell/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "so is a refused one",
      { calls: { list, delete: [{ says: REFUSED, stores: false }] } },
      /^unknown outcome-unknown refused \(database is locked\), and the list could not tell/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "so is a key the server shows no longer",
      { calls: { list, get: [{ behind: "hidden" }] } },
      /^unknown outcome-unknown the server shows it no longer, but the list could not tell/,
      "0 get, 0 list",
    ],
  ]);
});

describe("a run that is stopped leaves it to the closing look", () => {
  const stop = { at: 500, reason: "sigint" } as const;

  table([
    [
      "during a delete: no look of its own",
      { stop, calls: { delete: [{ takes: 1000 }] } },
      /^cut: done$/,
      "0 get, 0 delete",
    ],
    [
      "and that one fails",
      { stop, calls: { delete: [{ takes: 1000 }] }, lastLook: "fails" },
      /^cut: unknown outcome-unknown accepted, but the list could not tell/,
      "0 get, 0 delete",
    ],
    [
      "during a wait: nothing is sent again",
      { stop, calls: { delete: [NOT_STORED] } },
      /^cut: unknown outcome-unknown no clear answer/,
      "0 get, 0 delete, 0 list",
    ],
    [
      "but what was seen to be gone is done",
      { stop, calls: { list: [{ takes: 1000 }] } },
      /^done$/,
      "0 get, 0 delete, 0 list",
    ],
  ]);
});
