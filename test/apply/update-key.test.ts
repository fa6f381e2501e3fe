import { describe, expect, test } from "vitest";
import type { WriteAnswer } from "../../src/api/api-result.ts";
import { isPending } from "../../src/apply/context.ts";
import { updateKey } from "../../src/apply/update-key.ts";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { compareKey } from "../../src/plan/compare.ts";
import { finalList } from "../support/apply-context.ts";
import { keyServer, type Script, type Twist } from "../support/key-server.ts";
import { liveKey, NOW } from "../support/records.ts";

const NO_ANSWER = { kind: "unknown", reason: "ECONNRESET" } as const;
const LIMITED = { kind: "paused" } as const;
const UNREACHABLE = { code: "server-unreachable", message: "gone" } as const;
const UNSENT = { kind: "not-carried-out", code: "server-limit", reason: "limited" } as const;
const REFUSED = { kind: "refused", message: "no" } as const;
const UNAUTHORIZED = { kind: "unauthorized", message: "no" } as const;

interface Case extends Script {
  readonly desired?: DesiredFields;
  readonly live?: Partial<LiveKey>;
  /** A key that this run created is brought in line by the same moves. */
  readonly action?: "create";
  /** The name the key is to get. */
  readonly rename?: string;
  /** Nobody asked for this key by its name. */
  readonly pruned?: true;
  /** What the closing look of a run cut short shows; the live keys unless told otherwise. */
  readonly lastLook?: "fails";
}

/** How an update ended, the calls it took, and what is live then. */
async function update({
  desired = { group: "vip" },
  live = {},
  action,
  rename = "ci",
  pruned,
  lastLook,
  ...script
}: Case) {
  const key = liveKey(live);
  const server = keyServer([key], script);
  const task = {
    change: { action: action ?? "update", name: rename },
    pruned,
    live: key,
    desired,
    planned: compareKey({ name: rename, fields: desired }, key, NOW),
  } as const;
  const ended = await server.run((context) => updateKey(task, context));
  const isCut = isPending(ended);
  const outcome = isCut ? ended.resolve(lastLook ? undefined : finalList(server.live())) : ended;
  const { unopened } = server;
  const log = server.log();
  return { said: `${isCut ? "cut: " : ""}${said(outcome)}`, log, live: server.live(), unopened };
}

function said({ status, error, note }: Outcome): string {
  return [status, error?.code, error?.message, note].filter(Boolean).join(" ");
}

type Row = readonly [rule: string, given: Case, said: RegExp, log: string];

/** A table of cases, each with what is said of the key and the calls by the second. */
function table(rows: readonly Row[]): void {
  test.each(rows)("%s", async (_rule, given, expected, log) => {
    const ended = await update(given);
    expect({ said: ended.said, log: ended.log }).toEqual({
      said: expect.stringMatching(expected),
      log,
    });
  });
}

/** The key is used between the read and the write. */
function spend(units: number): Twist {
  return { first: (keys) => keys.use(1, units) };
}

/** Each write of a kind takes back what those of the other kind wrote. */
function undoing(fields: Partial<LiveKey>, says?: WriteAnswer): readonly Twist[] {
  const twist: Twist = { first: (keys) => keys.set(1, fields), ...(says && { says }) };
  return Array.from({ length: 20 }, () => twist);
}

const BOTH: DesiredFields = { group: "vip", status: "disabled" };
const IN_USE = { remain_quota: 200, used_quota: 300 };

describe("read, write, read again", () => {
  table([
    ["fields take one write", {}, /^done$/, "0 get, 0 put, 0 get"],
    [
      "a status takes one write",
      { desired: { status: "disabled" } },
      /^done$/,
      "0 get, 0 status, 0 get",
    ],
    ["both take one each", { desired: BOTH }, /^done$/, "0 get, 0 put, 0 get, 0 status, 0 get"],
    [
      "what is in place already takes none",
      { calls: { get: [{ first: (keys) => keys.set(1, { group: "vip" }) }] } },
      /^done$/,
      "0 get",
    ],
    [
      "what moved since the plan takes none",
      { calls: { get: [{ first: (keys) => keys.set(1, { group: "gold" }) }] } },
      /^failed moved changed since/,
      "0 get",
    ],
    [
      "a refusal is quoted",
      { calls: { put: [{ says: { kind: "refused", message: "no access" }, stores: false }] } },
      /^failed change-failed the server refused: no access; group is ""/,
      "0 get, 0 put, 0 get",
    ],
    [
      "a refusal of what is stored all the same does not count",
      { calls: { put: [{ says: { kind: "refused", message: "no access" } }] } },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
  ]);

  test("a status request carries the whole record, for a server that stores it as such", async () => {
    const live = { ...IN_USE, group: "vip", allow_ips: "10.0.0.0/8" };
    const given = { live, desired: { status: "disabled" }, replacesOnStatus: true } as const;
    const ended = await update(given);
    expect(ended.live).toEqual([liveKey({ ...live, status: 2 })]);
  });
});

describe("a read may be behind an accepted write", () => {
  table([
    [
      "a field that does not show is read once more after the settle time",
      { behind: 3000 },
      /^done$/,
      "0 get, 0 put, 0 get, 5 get",
    ],
    [
      "so is a status",
      { behind: 3000, desired: { status: "disabled" } },
      /^done$/,
      "0 get, 0 status, 0 get, 5 get",
    ],
    [
      "a timer that fires a moment early costs no second read",
      { early: 0.0001, calls: { put: [{ drops: "group" }] } },
      /^failed change-failed the server accepted/,
      "0 get, 0 put, 0 get, 4 get",
    ],
    [
      "each write has a settle time of its own",
      { behind: 3000, desired: BOTH },
      /^done$/,
      "0 get, 0 put, 0 get, 5 get, 5 status, 5 get, 10 get",
    ],
    [
      "a replica further behind than the last one causes no second write",
      { desired: BOTH, calls: { get: [{}, {}, { behind: 3000 }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 status, 0 get, 5 get",
    ],
    [
      "a field that does not show after that was ignored",
      { calls: { put: [{ drops: "group" }] } },
      /^failed change-failed the server accepted the update, but group is "" instead of "vip"/,
      "0 get, 0 put, 0 get, 5 get",
    ],
    [
      "so was a status",
      { desired: { status: "disabled" }, calls: { status: [{ drops: "status" }] } },
      /^failed change-failed the server accepted the update, but status is 1 instead of 2/,
      "0 get, 0 status, 0 get, 5 get",
    ],
    [
      "fields and a status that undo each other are sent three times each",
      { desired: BOTH, calls: { put: undoing({ status: 1 }), status: undoing({ group: "" }) } },
      /^failed change-failed the server accepted the update, but group is "" instead of "vip"/,
      "0 get, 0 put, 0 get, 0 status, 0 get, 5 get, 5 put, 5 get, 5 status, 5 get, 10 get, 10 put, 10 get, 10 status, 10 get, 15 get",
    ],
    [
      "so they are where no answer comes",
      {
        desired: BOTH,
        calls: {
          put: undoing({ status: 1 }, NO_ANSWER),
          status: undoing({ group: "" }, NO_ANSWER),
        },
      },
      /^unknown outcome-unknown no clear answer/,
      "0 get, 0 put, 0 get, 0 status, 1 get, 1 put, 3 get, 3 status, 7 get, 7 put, 15 get, 15 status, 31 get",
    ],
    [
      "the settle time counts from the answer",
      { behind: 3000, calls: { put: [{ takes: 4000 }] } },
      /^done$/,
      "0 get, 0 put, 4 get",
    ],
    [
      "a read begun before the settle time was over does not count as one after it",
      { calls: { get: [{}, { behind: 3000, takes: 6000 }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 6 get",
    ],
    [
      "a read begun after it does",
      { calls: { put: [{ drops: "group" }], get: [{}, { takes: 6000 }] } },
      /^failed change-failed the server accepted/,
      "0 get, 0 put, 0 get, 6 get",
    ],
    [
      "old counters are not taken for quota to take back",
      {
        live: IN_USE,
        desired: { remain_quota: 480 },
        calls: { put: [{ ...spend(30), stores: 500, takes: 600 }], get: [{}, { behind: 400 }] },
      },
      /^done$/,
      "0 get, 0 put, 0 get, 5 get, 5 put, 5 get",
    ],
  ]);
});

describe("a write without a clear answer is decided by reading", () => {
  table([
    [
      "one that landed is read again after the settle time",
      { calls: { put: [{ says: NO_ANSWER }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 5 get",
    ],
    [
      "one that did not land is sent again",
      { calls: { put: [{ says: NO_ANSWER, stores: false }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 5 get",
    ],
    [
      "the third time is the last",
      { calls: { put: [1, 2, 3].map(() => ({ says: NO_ANSWER, stores: false })) } },
      /^unknown outcome-unknown no clear answer \(ECONNRESET\) and so far group is ""/,
      "0 get, 0 put, 0 get, 0 put, 1 get, 1 put, 3 get, 6 get",
    ],
    [
      "a read begun before the settle time was over shows nothing of what landed in it",
      { calls: { put: [{ says: NO_ANSWER }], get: [{}, { takes: 6000 }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 6 get",
    ],
    [
      "a late one that brings an old name back is waited for before the key is said to have moved",
      {
        calls: {
          put: [{ says: NO_ANSWER, stores: 3000 }],
          get: [{}, { first: (keys) => keys.set(1, { name: "other" }) }],
        },
      },
      /^done$/,
      "0 get, 0 put, 0 get, 5 get",
    ],
    [
      "a key that has another name after that has moved",
      {
        calls: {
          put: [{ says: NO_ANSWER }],
          get: [{}, { first: (keys) => keys.set(1, { name: "other" }) }],
        },
      },
      /^failed moved renamed to "other" since the plan was made/,
      "0 get, 0 put, 0 get, 5 get",
    ],
  ]);

  test("a late one brings old counters, which are taken back", async () => {
    const ended = await update({
      live: IN_USE,
      calls: {
        put: [{ says: NO_ANSWER, stores: 4000 }],
        get: [{}, spend(50)],
      },
    });
    expect(ended.log).toBe("0 get, 0 put, 0 get, 0 put, 0 get, 5 get, 5 put, 5 get");
    expect(ended.live).toEqual([
      expect.objectContaining({ group: "vip", remain_quota: 150, used_quota: 350 }),
    ]);
  });
});

describe("quota spent between the read and the write", () => {
  table([
    [
      "is taken back at once",
      { live: IN_USE, desired: { remain_quota: 800 }, calls: { put: [spend(50)] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get",
    ],
    [
      "is taken back where no grant is declared",
      { live: IN_USE, calls: { put: [spend(50)] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get",
    ],
    [
      "is waited for where the write that takes it back does not show yet",
      { live: IN_USE, calls: { put: [spend(50)], get: [{}, {}, { behind: 1 }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 5 get",
    ],
    [
      "is reported after the third time",
      {
        live: IN_USE,
        desired: { remain_quota: 800 },
        calls: { put: [50, 40, 30, 20].map(spend) },
      },
      /^failed quota-excess the key kept being used/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 0 put, 0 get, 0 put, 0 get",
    ],
    [
      "is told from a grant that somebody raised before the write",
      {
        live: IN_USE,
        calls: { get: [{ first: (keys) => keys.set(1, { remain_quota: 180, used_quota: 350 }) }] },
      },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "is noted where it cannot be taken back any more",
      { live: IN_USE, calls: { put: [spend(50), { says: UNSENT, stores: false }] } },
      /^done 50 quota units spent during the write were given back/,
      "0 get, 0 put, 0 get, 0 put",
    ],
    [
      "below zero is noted: no write can leave it",
      { live: { remain_quota: -3, used_quota: 503 } },
      /^done 3 quota units below zero were given back/,
      "0 get, 0 put, 0 get",
    ],
    [
      "below zero stays where the server changes the status alone",
      { live: { remain_quota: -3, used_quota: 503 }, desired: { status: "disabled" } },
      /^done$/,
      "0 get, 0 status, 0 get",
    ],
    [
      "below zero is noted where it stores the record of a status request",
      {
        live: { remain_quota: -3, used_quota: 503 },
        desired: { status: "disabled" },
        replacesOnStatus: true,
      },
      /^done 3 quota units below zero were given back/,
      "0 get, 0 status, 0 get",
    ],
    [
      "below zero is no note where a grant is declared",
      { live: { remain_quota: -3, used_quota: 503 }, desired: { remain_quota: 600 } },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "below zero is no note on an unlimited key",
      { live: { remain_quota: -3, used_quota: 503, unlimited_quota: true } },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "below zero is no note where nothing was stored",
      {
        live: { remain_quota: -3, used_quota: 503 },
        calls: { put: [{ says: { kind: "refused", message: "no" }, stores: false }] },
      },
      /^failed change-failed the server refused: no; group is "" instead of "vip"$/,
      "0 get, 0 put, 0 get",
    ],
  ]);

  test("a write held back by a limit follows a new read", async () => {
    const ended = await update({
      live: IN_USE,
      desired: { remain_quota: 800 },
      calls: {
        put: [{ says: LIMITED, stores: false }],
        get: [{}, spend(50)],
      },
    });
    expect(ended.log).toBe("0 get, 0 put, 0 get, 0 put, 0 get");
    expect(ended.live).toEqual([expect.objectContaining({ remain_quota: 450, used_quota: 350 })]);
  });

  test("a connection that never opens is counted from one read to the next", async () => {
    const unopened = { says: { kind: "paused", unopened: true }, stores: false } as const;
    const ended = await update({ calls: { put: [unopened, { says: LIMITED, stores: false }] } });
    expect(ended).toMatchObject({
      said: "done",
      unopened: [0, 1, 0],
      log: "0 get, 0 put, 0 get, 0 put, 0 get, 0 put, 0 get",
    });
  });
});

describe("a key that is not shown", () => {
  const hidden = { behind: "hidden" } as const;

  table([
    [
      "is gone when the list does not have it either",
      { calls: { get: [{ first: (keys) => keys.drop(1) }] } },
      /^failed moved key 1 was deleted since the plan was made/,
      "0 get, 0 list",
    ],
    [
      "is told with the keys that have its name now, and with what is open in each",
      {
        calls: {
          get: [
            {
              first: (keys) => {
                keys.drop(1);
                keys.add(liveKey({ id: 2, group: "vip" }));
                keys.add(liveKey({ id: 3 }));
                keys.add(liveKey({ id: 4, name: "other" }));
              },
            },
          ],
        },
      },
      /plan was made; key 2 has this name now; key 3 has this name now, but group is "" instead of "vip"$/,
      "0 get, 0 list",
    ],
    [
      "is read again when the list has it",
      { calls: { get: [hidden] } },
      /^done$/,
      "0 get, 0 list, 0 get, 0 put, 0 get",
    ],
    [
      "is not attempted when it stays so",
      { calls: { get: [hidden, hidden] } },
      /^not_attempted server-refused could not be read before the change: key 1 is listed/,
      "0 get, 0 list, 0 get",
    ],
    [
      "is not attempted when the list cannot be read",
      { calls: { get: [hidden], list: [{ fails: UNREACHABLE }] } },
      /^not_attempted server-refused .*the list could not be read/,
      "0 get, 0 list",
    ],
    [
      "is not attempted when nothing can be read",
      { calls: { get: [{ fails: UNREACHABLE }] } },
      /^not_attempted server-unreachable could not be read before the change: gone/,
      "0 get",
    ],
    [
      "is not attempted when the second read fails",
      { calls: { get: [hidden, { fails: UNREACHABLE }] } },
      /^not_attempted server-unreachable .*gone/,
      "0 get, 0 list, 0 get",
    ],
    [
      "is unknown once something was written",
      { calls: { get: [{}, { fails: UNREACHABLE }] } },
      /^unknown outcome-unknown written, but it could not be read again: gone/,
      "0 get, 0 put, 0 get",
    ],
  ]);

  describe("although this run has just created it", () => {
    table([
      [
        "is looked for again after the settle time: a replica may be behind",
        { action: "create", calls: { get: [hidden], list: [hidden] } },
        /^done$/,
        "0 get, 0 list, 5 get, 5 put, 5 get",
      ],
      [
        "also where the list has it",
        { action: "create", calls: { get: [hidden, hidden] } },
        /^done$/,
        "0 get, 0 list, 0 get, 5 get, 5 put, 5 get",
      ],
      [
        "is gone after that",
        { action: "create", calls: { get: [{ first: (keys) => keys.drop(1) }] } },
        /^failed moved key 1 was deleted/,
        "0 get, 0 list, 5 get, 5 list",
      ],
      [
        "exists, but is not as declared, when nothing can be read",
        { action: "create", calls: { get: [{ fails: UNREACHABLE }] } },
        /^failed server-unreachable key 1 exists, but group is "" instead of "vip"; gone/,
        "0 get",
      ],
      [
        "is judged by the closing look when the run is stopped meanwhile",
        {
          action: "create",
          calls: { get: [hidden], list: [hidden] },
          stop: { at: 2000, reason: "sigint" },
        },
        /^cut: failed interrupted only partly done: group is ""/,
        "0 get, 0 list",
      ],
    ]);
  });
});

describe("a write that is not carried out", () => {
  table([
    [
      "is not attempted when it was the first",
      { calls: { put: [{ says: UNSENT, stores: false }] } },
      /^not_attempted server-limit limited/,
      "0 get, 0 put",
    ],
    [
      "has failed when the token is refused, and the key is as it was",
      { calls: { put: [{ says: UNAUTHORIZED, stores: false }] } },
      /^failed credentials-refused the server refused the access token; group is "" instead of "vip"$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "or cannot be read any more",
      { calls: { put: [{ says: UNAUTHORIZED }], get: [{}, { fails: UNREACHABLE }] } },
      /^unknown outcome-unknown the server refused the access token, but it could not be read again: gone$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "is done when the token is refused, and the key is as declared all the same",
      { calls: { put: [{ says: UNAUTHORIZED }] } },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "is told after the settle time where an unclear one may land beside it",
      { calls: { put: [{ says: NO_ANSWER, stores: false }, { says: UNAUTHORIZED }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 5 get",
    ],
    [
      "nor is a refusal the last word while an unclear one may land",
      {
        calls: {
          put: [
            { says: NO_ANSWER, stores: 2_500 },
            { says: REFUSED, stores: false },
          ],
        },
      },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 5 get",
    ],
    [
      "nor that nothing more could be sent",
      {
        calls: {
          put: [
            { says: NO_ANSWER, stores: 2_500 },
            { says: UNSENT, stores: false },
          ],
        },
      },
      /^unknown outcome-unknown an unclear write may still land, and so far group is "" instead of "vip": limited$/,
      "0 get, 0 put, 0 get, 0 put",
    ],
    [
      "nor that the run was stopped",
      {
        calls: {
          put: [
            { says: NO_ANSWER, stores: 4_000 },
            { says: REFUSED, stores: false },
          ],
        },
        stop: { at: 2_000, reason: "sigint" },
      },
      /^cut: unknown outcome-unknown no clear answer, and so far group is ""/,
      "0 get, 0 put, 0 get, 0 put, 0 get",
    ],
    [
      "leaves a key that was created as it is",
      { action: "create", calls: { put: [{ says: UNSENT, stores: false }] } },
      /^failed server-limit only partly done: group is "" instead of "vip"; limited/,
      "0 get, 0 put",
    ],
    [
      "leaves a change half done",
      { desired: BOTH, calls: { status: [{ says: UNSENT, stores: false }] } },
      /^failed server-limit only partly done: status is 1 instead of 2; limited/,
      "0 get, 0 put, 0 get, 0 status",
    ],
    [
      "leaves it unknown while an unclear one may land",
      {
        live: IN_USE,
        calls: {
          put: [
            { ...spend(50), says: NO_ANSWER },
            { says: UNSENT, stores: false },
          ],
        },
      },
      /^unknown outcome-unknown an unclear write may still land: limited/,
      "0 get, 0 put, 0 get, 0 put",
    ],
    [
      "is done when nothing but quota to take back is open after the settle time",
      {
        live: IN_USE,
        calls: {
          put: [{ says: NO_ANSWER, stores: 4000 }, {}, { says: UNSENT, stores: false }],
          get: [{}, spend(50)],
        },
      },
      /^done 50 quota units spent during the write/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 5 get, 5 put",
    ],
  ]);
});

describe("a run that is stopped leaves the key to the closing look", () => {
  const stop = (at: number) => ({ at, reason: "sigint" }) as const;

  table([
    [
      "before the first read: not attempted",
      { stop: stop(0), calls: { get: [{ takes: 1000 }] } },
      /^cut: not_attempted interrupted the run was stopped before it/,
      "0 get",
    ],
    [
      "before the first read of a key it created: what is open is named",
      { action: "create", stop: stop(0), calls: { get: [{ takes: 1000 }] } },
      /^cut: failed interrupted only partly done: group is "" instead of "vip"; apply again/,
      "0 get",
    ],
    [
      "between two writes: what is open is named",
      { desired: BOTH, stop: stop(500), calls: { get: [{}, { takes: 1000 }] } },
      /^cut: failed interrupted only partly done: status is 1 instead of 2; apply again/,
      "0 get, 0 put, 0 get",
    ],
    [
      "during a read that shows the key as declared: done",
      { stop: stop(500), calls: { get: [{}, { takes: 1000 }] } },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "during a read that fails",
      {
        stop: { at: 500, reason: "sigterm" },
        calls: { put: [{ drops: "group" }], get: [{}, { takes: 1000, fails: UNREACHABLE }] },
      },
      /^cut: failed terminated only partly done: group is ""/,
      "0 get, 0 put, 0 get",
    ],
    [
      "during the settle time of an accepted write that does not show: nothing is concluded of it",
      { behind: 3000, stop: stop(1000) },
      /^cut: done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "during the settle time of an unclear one",
      {
        stop: stop(1000),
        calls: { put: [{ ...spend(50), says: NO_ANSWER }] },
        live: { remain_quota: 200_000, used_quota: 0 },
      },
      /^cut: unknown outcome-unknown an unclear write may still land/,
      "0 get, 0 put, 0 get",
    ],
    [
      "while a write is held back",
      {
        desired: BOTH,
        calls: {
          status: [{ first: (keys) => keys.stop("deadline"), says: UNSENT, stores: false }],
        },
      },
      /^cut: failed deadline only partly done: status is 1/,
      "0 get, 0 put, 0 get, 0 status",
    ],
    [
      "after an unclear write that is not there: unknown",
      { stop: stop(100), calls: { put: [{ says: NO_ANSWER, stores: false }] } },
      /^cut: unknown outcome-unknown no clear answer, and so far group is ""/,
      "0 get, 0 put, 0 get",
    ],
    [
      "and the closing look fails: unknown",
      {
        stop: stop(100),
        calls: { put: [{ says: NO_ANSWER, stores: false }] },
        lastLook: "fails",
      },
      /^cut: unknown outcome-unknown no clear answer \(ECONNRESET\), but the run was stopped before it could be checked/,
      "0 get, 0 put, 0 get",
    ],
    [
      "and nothing may be requested any more: no further read",
      { calls: { put: [{ takes: 10_000 }] }, stop: stop(1000) },
      /^cut: done$/,
      "0 get, 0 put",
    ],
  ]);
});

describe("a rename", () => {
  const named = (name: string): Twist => ({ first: (keys) => keys.set(1, { name }) });
  const rename = "new";
  const unclear: Twist = { says: NO_ANSWER, stores: false };

  table([
    ["goes with the fields in one write", { rename }, /^done$/, "0 get, 0 put, 0 get"],
    ["alone is one write", { rename, desired: {} }, /^done$/, "0 get, 0 put, 0 get"],
    [
      "another run has made, and the fields with it, takes none",
      {
        rename,
        calls: { get: [{ first: (keys) => keys.set(1, { name: "new", group: "vip" }) }] },
      },
      /^done$/,
      "0 get",
    ],
    [
      "another run has made leaves the fields",
      { rename, calls: { get: [named("new")] } },
      /^done$/,
      "0 get, 0 put, 0 get",
    ],
    [
      "is not made of a key that has a third name by now",
      { rename, calls: { get: [named("third")] } },
      /^failed moved renamed to "third" since/,
      "0 get",
    ],
    [
      "that the server stores in another form of the name says so",
      {
        rename: "New",
        desired: {},
        calls: { get: [{}, { first: (keys) => keys.set(1, { name: "new" }) }] },
      },
      /^failed moved the server stored the new name as "new"/,
      "0 get, 0 put, 0 get",
    ],
    [
      "that the server ignores has failed",
      { rename, desired: {}, calls: { put: [{ drops: "name" }] } },
      /^failed change-failed the server accepted the update, but name is "ci" instead of "new"/,
      "0 get, 0 put, 0 get, 5 get",
    ],
    [
      "without an answer is sent again once it is not in place",
      { rename, desired: {}, calls: { put: [unclear] } },
      /^done$/,
      "0 get, 0 put, 0 get, 0 put, 0 get, 5 get",
    ],
    [
      "that is not shown at once is waited for",
      { rename, desired: {}, calls: { get: [{}, { behind: 1_000 }] } },
      /^done$/,
      "0 get, 0 put, 0 get, 5 get",
    ],
    [
      "cut short is told by the last look",
      { rename, desired: {}, behind: 3000, stop: { at: 1000, reason: "sigterm" } },
      /^cut: done$/,
      "0 get, 0 put, 0 get",
    ],
  ]);
});

describe("a key that --prune-disable reaches", () => {
  const desired = { status: "disabled" } as const;
  const used: Twist = { first: (keys) => keys.use(1, 5) };
  const long = { used_quota: 3, created_time: NOW - 864_000, accessed_time: NOW - 860_000 };
  const lately = { ...long, accessed_time: NOW - 60 };

  table([
    ["is disabled", { desired, pruned: true }, /^done$/, "0 get, 0 status, 0 get"],
    [
      "is done where another run has switched it off",
      {
        desired,
        pruned: true,
        calls: { get: [{ first: (keys) => keys.set(1, { status: 2 }) }] },
      },
      /^done$/,
      "0 get",
    ],
    [
      "is left alone where a person has changed it since",
      {
        desired,
        pruned: true,
        calls: { get: [{ first: (keys) => keys.set(1, { group: "vip" }) }] },
      },
      /^failed moved changed since the plan was made; plan again/,
      "0 get",
    ],
    [
      "is left alone once it is in use",
      { desired, pruned: true, calls: { get: [used] } },
      /^failed moved it came into use since the plan was made/,
      "0 get",
    ],
    [
      "the same, if it was used long ago",
      { desired, pruned: true, live: long, calls: { get: [used] } },
      /^failed moved it came into use/,
      "0 get",
    ],
    [
      "and use was known when it was approved",
      { desired, pruned: true, live: lately, calls: { get: [used] } },
      /^done$/,
      "0 get, 0 status, 0 get",
    ],
    [
      "a read that is behind its write tells of no use since",
      {
        desired,
        pruned: true,
        calls: { status: [{ ...used, stores: 500 }] },
      },
      /^done$/,
      "0 get, 0 status, 0 get, 5 get",
    ],
    [
      "but one that a file names is disabled all the same",
      { desired, calls: { get: [used] } },
      /^done$/,
      "0 get, 0 status, 0 get",
    ],
  ]);
});
