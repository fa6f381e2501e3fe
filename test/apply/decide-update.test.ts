import { describe, expect, test } from "vitest";
import { decideUpdate, type Move, type UpdateMemory } from "../../src/apply/decide-update.ts";
import type { DesiredFields } from "../../src/model/fields.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { compareFields } from "../../src/plan/compare.ts";
import { liveKey, NOW } from "../support/records.ts";

const ACCEPTED = { kind: "accepted" } as const;
const REFUSED = { kind: "refused", message: "no access to group" } as const;
const UNKNOWN = { kind: "unknown", reason: "ECONNRESET" } as const;

/** Which settle times were over before the record was read. */
const NOT_YET = { unclear: false, accepted: false };
const WAITED = { unclear: true, accepted: true };

interface Case {
  readonly desired: DesiredFields;
  readonly pruned?: true;
  /** As the plan saw it. */
  readonly planned?: Partial<LiveKey>;
  /** As just read. */
  readonly live?: Partial<LiveKey>;
  readonly memory?: Partial<UpdateMemory>;
}

function decide({ desired, pruned, planned = {}, live = planned, memory = {} }: Case): Move {
  const seen = liveKey(planned);
  const task = {
    change: { action: "update", name: "ci" },
    pruned,
    live: seen,
    desired,
    planned: compareFields(desired, seen, NOW),
  } as const;
  const sent = { replace: 0, status: 0 };
  const start = { first: seen, sent, unclear: 0, takenBack: 0, waited: NOT_YET };
  return decideUpdate(task, liveKey(live), { ...start, ...memory }, NOW);
}

/** What this run did last, computed from a record. */
function last(
  kind: "replace" | "status",
  answer: NonNullable<UpdateMemory["last"]>["answer"],
  before: Partial<LiveKey> = {},
): Partial<UpdateMemory> {
  return { last: { kind, answer, before: liveKey(before) } };
}

/** An ending as `status code: message`, a write as its kind and body, else the kind. */
function shown(move: Move): string {
  switch (move.kind) {
    case "settle":
      return `settle ${move.since}`;
    case "send": {
      const { status, remain_quota, group, expired_time } = move.step.body;
      const body = JSON.stringify({ status, remain_quota, group, expired_time });
      return `${move.takesBack ? "take back" : "send"} ${move.step.kind} ${body}`;
    }
    case "end": {
      const { status, error, note } = move.outcome;
      return [status, error?.code, error?.message, note].filter(Boolean).join(" ");
    }
  }
}

const GROUP = { desired: { group: "vip" } };

describe("before the first write", () => {
  test("the fields are sent with the current status", () => {
    const desired: DesiredFields = { group: "vip", status: "disabled" };
    expect(shown(decide({ desired }))).toBe(
      'send replace {"status":1,"remain_quota":500,"group":"vip","expired_time":-1}',
    );
  });

  test("a status alone is sent by itself, with the whole record", () => {
    expect(shown(decide({ desired: { status: "disabled" } }))).toBe(
      'send status {"status":2,"remain_quota":500,"group":"","expired_time":-1}',
    );
  });

  test("what is in place already is done without a write", () => {
    expect(shown(decide({ ...GROUP, live: { group: "vip" } }))).toBe("done");
  });

  test("quota is computed from the record just read", () => {
    const used = { remain_quota: 100, used_quota: 400 };
    expect(shown(decide({ desired: { remain_quota: 800 }, live: used }))).toContain(
      '"remain_quota":400',
    );
  });

  test("a grant somebody raised since the plan is not written over", () => {
    const raised = { remain_quota: 900, used_quota: 0 };
    expect(shown(decide({ desired: { remain_quota: 800 }, live: raised }))).toMatch(
      /^failed moved/,
    );
  });

  test("a record that cannot be sent back as it is, is not written", () => {
    expect(shown(decide({ ...GROUP, live: { lossy: "big" } }))).toMatch(
      /^failed change-failed nothing was sent: the field "big"/,
    );
  });

  test("an amount that only older servers take is sent all the same", () => {
    const desired: DesiredFields = { remain_quota: 3_000_000_000 };
    expect(shown(decide({ desired }))).toMatch(/^send replace .*"remain_quota":3000000000/);
  });

  test.each<DesiredFields>([{ group: "vip" }, { status: "disabled" }])(
    "a key that has such an amount can be changed: %o",
    (desired) => {
      const planned = { remain_quota: 3_000_000_000 };
      expect(shown(decide({ desired, planned }))).toMatch(/^send .*"remain_quota":3000000000/);
    },
  );
});

describe("what moved since the plan is not written", () => {
  test.each<[string, Case, RegExp]>([
    ["a new name", { ...GROUP, live: { name: "other" } }, /^failed moved renamed to "other"/],
    ["a new owner", { ...GROUP, live: { user_id: 9 } }, /^failed moved .*another account/],
    [
      "a planned field with another value",
      { ...GROUP, live: { group: "gold" } },
      /^failed moved changed since the plan was made: group is "gold" instead of "vip"; plan again/,
    ],
    [
      "a field that was in place",
      { desired: { group: "vip", expired_time: -1 }, live: { expired_time: NOW + 5 } },
      /^failed moved .*expired_time/,
    ],
    [
      "a disable by hand",
      { desired: { group: "vip", status: "enabled" }, live: { status: 2 } },
      /^failed moved .*status is 2 instead of 1/,
    ],
  ])("%s", (_what, given, expected) => {
    expect(shown(decide(given))).toMatch(expected);
  });

  test.each<[string, Case]>([
    ["use", { desired: { remain_quota: 800 }, live: { remain_quota: 1, used_quota: 499 } }],
    [
      "a key the server has found exhausted meanwhile",
      {
        desired: { remain_quota: 800 },
        live: { remain_quota: 0, used_quota: 500, status: 4 },
      },
    ],
    ["a field nobody declared", { ...GROUP, live: { expired_time: NOW + 9, status: 2 } }],
  ])("%s is no such move", (_what, given) => {
    expect(decide(given).kind).toBe("send");
  });

  test.each([
    ["less quota", { desired: { remain_quota: 400 }, live: { status: 4, used_quota: 100 } }],
    ["another group", { ...GROUP, live: { status: 4 } }],
    ["another group", { ...GROUP, live: { status: 3 } }],
  ])("a used-up or expired key that somebody gave more is not enabled with %s", (_what, given) => {
    expect(shown(decide(given))).toMatch(/^failed .* changed since the plan was made: status is /);
  });

  test("after the first write a difference is an outcome, not a move", () => {
    const memory = { ...last("replace", ACCEPTED), waited: WAITED };
    const given = { ...GROUP, live: { group: "gold" }, memory };
    expect(shown(decide(given))).toMatch(
      /^failed change-failed the server accepted the update, but/,
    );
  });
});

describe("after a write the read decides", () => {
  test.each([ACCEPTED, REFUSED])(
    "as declared is done, also where the answer was $kind",
    (answer) => {
      const given = { ...GROUP, live: { group: "vip" }, memory: last("replace", answer) };
      expect(shown(decide(given))).toBe("done");
    },
  );

  test("the status follows the fields", () => {
    const desired: DesiredFields = { group: "vip", status: "disabled" };
    const given = { desired, live: { group: "vip" }, memory: last("replace", ACCEPTED) };
    expect(shown(decide(given))).toMatch(/^send status \{"status":2,/);
  });

  test("a revival enables only after the quota is there", () => {
    const desired: DesiredFields = { remain_quota: 800 };
    const spent = { status: 4, remain_quota: 0, used_quota: 500 };
    expect(shown(decide({ desired, planned: spent }))).toMatch(
      /^send replace \{"status":4,"remain_quota":300/,
    );
    const filled = { ...spent, remain_quota: 300 };
    const given = {
      desired,
      planned: spent,
      live: filled,
      memory: last("replace", ACCEPTED, spent),
    };
    expect(shown(decide(given))).toMatch(/^send status \{"status":1,"remain_quota":300/);
  });

  test("a field the server ignored is a failure", () => {
    const memory = { ...last("replace", ACCEPTED), waited: WAITED };
    expect(shown(decide({ ...GROUP, memory }))).toBe(
      'failed change-failed the server accepted the update, but group is "" instead of "vip"; it may not support this, so declare what it keeps',
    );
  });

  test("a refusal is not taken for quota that was given back, however much was used since", () => {
    const live = { remain_quota: 150, used_quota: 450 };
    const given = {
      desired: { remain_quota: 500 },
      live,
      memory: last("replace", REFUSED),
    } as const;
    expect(shown(decide(given))).toMatch(/^failed change-failed the server refused: /);
  });

  test("a refusal quotes the server", () => {
    expect(shown(decide({ ...GROUP, memory: last("replace", REFUSED) }))).toMatch(
      /^failed change-failed the server refused: no access to group; group is ""/,
    );
    const silent = last("replace", { kind: "refused", message: "" });
    expect(shown(decide({ ...GROUP, memory: silent }))).toContain("refused: (no message);");
  });

  test("an ignored status is a failure", () => {
    const memory = { ...last("status", ACCEPTED), waited: WAITED };
    const given = { desired: { status: "disabled" }, memory } as const;
    expect(shown(decide(given))).toMatch(/^failed change-failed .*status is 1 instead of 2/);
  });
});

describe("a read that may be behind an accepted write", () => {
  const QUOTA = { remain_quota: 200, used_quota: 300 };
  const used = (units: number) => ({ remain_quota: 200 - units, used_quota: 300 + units });
  const vip = { group: "vip", ...QUOTA };
  const BOTH: DesiredFields = { group: "vip", status: "disabled" };

  test.each<[string, Case & { readonly memory: Partial<UpdateMemory> }, RegExp]>([
    [
      "a field is open",
      { ...GROUP, memory: last("replace", ACCEPTED) },
      /^failed change-failed the server accepted/,
    ],
    [
      "the status is open",
      { desired: { status: "disabled" }, memory: last("status", ACCEPTED) },
      /^failed change-failed the server accepted/,
    ],
    [
      "a field is open again after the status was sent",
      { desired: BOTH, live: { group: "" }, memory: last("status", ACCEPTED, { group: "vip" }) },
      /^send replace/,
    ],
    [
      "the counters are those from before, and use of them would pass for quota to take back",
      {
        desired: { remain_quota: 480 },
        planned: QUOTA,
        live: used(30),
        memory: last("replace", ACCEPTED, QUOTA),
      },
      /^take back replace .*"remain_quota":150/,
    ],
    [
      "all is used up in counters from before the grant was lowered",
      {
        desired: { remain_quota: 495 },
        planned: QUOTA,
        live: used(200),
        memory: last("replace", ACCEPTED, QUOTA),
      },
      /^done/,
    ],
    [
      "quota is still to be taken back after it was",
      {
        ...GROUP,
        planned: QUOTA,
        live: { ...vip, used_quota: 350 },
        memory: { ...last("replace", ACCEPTED, { ...vip, used_quota: 350 }), takenBack: 1 },
      },
      /^take back/,
    ],
    [
      "a field is open and quota would be taken back",
      {
        ...GROUP,
        planned: QUOTA,
        live: { ...QUOTA, used_quota: 350 },
        memory: last("replace", ACCEPTED, QUOTA),
      },
      /^take back/,
    ],
  ])("%s: nothing is concluded or sent before the settle time", (_what, given, afterwards) => {
    expect(shown(decide(given))).toBe("settle accepted");
    const memory = { ...given.memory, waited: WAITED };
    expect(shown(decide({ ...given, memory }))).toMatch(afterwards);
  });

  test.each<[string, Case, RegExp]>([
    ["as declared", { ...GROUP, live: vip, memory: last("replace", ACCEPTED) }, /^done$/],
    [
      "the fields are there and the status follows",
      { desired: BOTH, live: vip, memory: last("replace", ACCEPTED) },
      /^send status/,
    ],
    [
      "quota that was given back shows that the write was stored",
      {
        desired: { remain_quota: 800 },
        planned: QUOTA,
        live: { remain_quota: 500, used_quota: 350 },
        memory: last("replace", ACCEPTED, QUOTA),
      },
      /^take back/,
    ],
    [
      "the answer was no",
      { ...GROUP, memory: last("replace", REFUSED) },
      /^failed change-failed the server refused/,
    ],
  ])("%s: no wait", (_what, given, expected) => {
    expect(shown(decide(given))).toMatch(expected);
  });
});

describe("an unclear write", () => {
  const unclear = (count: number, waited = NOT_YET) => ({
    ...last("replace", UNKNOWN),
    unclear: count,
    waited,
  });

  test.each([1, 2])("is sent again after a fresh read (%i so far)", (count) => {
    expect(shown(decide({ ...GROUP, memory: unclear(count) }))).toMatch(/^send replace/);
  });

  test("that landed is waited for until nothing later can land", () => {
    const live = { group: "vip" };
    expect(shown(decide({ ...GROUP, live, memory: unclear(1) }))).toBe("settle unclear");
    expect(shown(decide({ ...GROUP, live, memory: unclear(1, WAITED) }))).toBe("done");
  });

  test("three times is waited out, and then said to be unknown", () => {
    expect(shown(decide({ ...GROUP, memory: unclear(3) }))).toBe("settle unclear");
    expect(shown(decide({ ...GROUP, memory: unclear(3, WAITED) }))).toMatch(
      /^unknown outcome-unknown no clear answer \(ECONNRESET\) and so far group is ""/,
    );
  });

  test.each([{ name: "other" }, { user_id: 9 }])(
    "may land on a key that became another: %o is believed only after the wait",
    (live) => {
      expect(shown(decide({ ...GROUP, live, memory: unclear(1) }))).toBe("settle unclear");
      expect(shown(decide({ ...GROUP, live, memory: unclear(1, WAITED) }))).toMatch(
        /^failed moved /,
      );
    },
  );

  test("may still disable a pruned key that came into use, which is believed only after the wait", () => {
    const live = { used_quota: 5, accessed_time: NOW - 60 };
    const given = { desired: { status: "disabled" }, pruned: true, live } as const;
    expect(shown(decide({ ...given, memory: unclear(1) }))).toBe("settle unclear");
    expect(shown(decide({ ...given, memory: unclear(1, WAITED) }))).toMatch(
      /^failed moved it came into use/,
    );
  });

  test("that could be the one before an accepted one is waited for too", () => {
    const given = { ...GROUP, live: { group: "vip" } };
    const memory = { ...last("replace", ACCEPTED), unclear: 1 };
    expect(shown(decide({ ...given, memory }))).toBe("settle unclear");
  });
});

describe("quota spent during a write comes back to the key", () => {
  const desired: DesiredFields = { remain_quota: 800 };
  const before = { remain_quota: 200, used_quota: 300 };
  // Sent 500 while 50 were spent: 500 remain although only 450 should.
  const after = { remain_quota: 500, used_quota: 350 };
  const memory = (takenBack: number) => ({ ...last("replace", ACCEPTED, before), takenBack });

  test.each([0, 1, 2])("and is taken back (%i times so far)", (takenBack) => {
    const given = { desired, planned: before, live: after, memory: memory(takenBack) };
    expect(shown(decide(given))).toMatch(/^take back replace \{"status":1,"remain_quota":450/);
  });

  test("and is reported after the third time", () => {
    const given = { desired, planned: before, live: after, memory: memory(3) };
    expect(shown(decide(given))).toMatch(
      /^failed quota-excess the key kept being used .*remain_quota is 850 instead of 800; apply again/,
    );
  });

  test("but one unit more than was used is a write that was not honoured", () => {
    const live = { ...after, remain_quota: after.remain_quota + 1 };
    const given = { desired, planned: before, live, memory: { ...memory(0), waited: WAITED } };
    expect(shown(decide(given))).toMatch(/^failed change-failed the server accepted/);
  });

  test("a slight excess is left", () => {
    const given = {
      desired: { remain_quota: 100_000 },
      planned: { remain_quota: 50_000 },
      live: { remain_quota: 100_000, used_quota: 60 },
      memory: last("replace", ACCEPTED, { remain_quota: 50_000 }),
    };
    expect(shown(decide(given))).toBe("done");
  });

  describe("where no grant is declared", () => {
    const live = { ...after, group: "vip", remain_quota: 200, used_quota: 350 };
    const given = { ...GROUP, planned: before, live };

    test("what the write gave back is taken back too", () => {
      expect(shown(decide({ ...given, memory: memory(0) }))).toMatch(
        /^take back replace .*"remain_quota":150,"group":"vip"/,
      );
    });

    test("after the third time the change is done, with a note", () => {
      expect(shown(decide({ ...given, memory: memory(3) }))).toMatch(
        /^done 50 quota units .* given back to the key; it kept being used/,
      );
    });

    test("but not while an unclear write may still land", () => {
      const unclear = { ...memory(3), unclear: 1 };
      expect(decide({ ...given, memory: unclear })).toEqual({ kind: "settle", since: "unclear" });
    });

    test("units below zero, which no write can leave, are named", () => {
      const below = { remain_quota: -3, used_quota: 503 };
      const given = { ...GROUP, planned: below };
      expect(shown(decide(given))).toMatch(/^send replace .*"remain_quota":0/);
      const stored = { group: "vip", remain_quota: 0, used_quota: 503 };
      const memory = last("replace", ACCEPTED, below);
      expect(shown(decide({ ...given, live: stored, memory }))).toMatch(
        /^done 3 quota units below zero were given back/,
      );
    });

    test("a little is noted and left", () => {
      const much = { remain_quota: 100_000, used_quota: 0 };
      const little = { remain_quota: 100_000, used_quota: 9, group: "vip" };
      const small = { ...GROUP, planned: much, live: little };
      expect(shown(decide({ ...small, memory: last("replace", ACCEPTED, much) }))).toMatch(
        /^done 9 quota units spent during the write/,
      );
    });
  });
});
