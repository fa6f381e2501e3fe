import { describe, expect, test } from "vitest";
import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { applyTo } from "../support/create-server.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

const QUOTA = { remain_quota: 500, unlimited_quota: false } as const;
const UNKNOWN = { kind: "unknown", reason: "reset" } as const;
const REFUSED = { kind: "refused", message: "no room" } as const;
const FROM_SECOND = Array.from({ length: 30 }, (_, index) => 2 + index);
const FROM_FIFTH = FROM_SECOND.slice(3);

function declare(...names: readonly string[]): readonly DesiredKey[] {
  return names.map((name) => desiredKey(QUOTA, name));
}

/** A key of another run, equal to what is declared unless told otherwise. */
function other(name: string, id: number, fields: Partial<LiveKey> = {}): LiveKey {
  return liveKey({ id, name, created_time: NOW, accessed_time: NOW, ...fields });
}

/** `name status id code` of each outcome. */
function told(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map(({ name, status, id, error }) =>
    [name, status, id, error?.code].filter((part) => part !== undefined).join(" "),
  );
}

describe("creates that go well", () => {
  test("are one POST each, one look and no wait", async () => {
    const { outcomes, log, waits } = await applyTo(declare("a", "b"));
    expect(told(outcomes)).toEqual(["a done 11", "b done 12"]);
    expect(log).toBe("0 POST a, 0 POST b, 0 newest");
    expect(waits).toEqual([]);
  });

  test("are brought in line where the server stored something else", async () => {
    const posts = { a: [{ as: { remain_quota: 7 } }] };
    const { outcomes, log } = await applyTo(declare("a"), { posts });
    expect(told(outcomes)).toEqual(["a done 11"]);
    expect(log).toBe("0 POST a, 0 newest, 0 PUT 11");
  });

  test("get their status in a request of its own", async () => {
    const keys = [desiredKey({ ...QUOTA, status: "disabled" }, "a")];
    expect((await applyTo(keys)).log).toBe("0 POST a, 0 newest, 0 STATUS 11");
  });
});

describe("a POST is not sent on an old list", () => {
  test("after a pause a relist follows, and a key it shows is not posted", async () => {
    const { outcomes, log } = await applyTo(declare("a"), {
      posts: { a: [{ held: 20_000 }] },
      others: [{ at: 9_000, key: other("a", 20) }],
    });
    expect(log).toBe("20 relist, 20 newest");
    expect(told(outcomes)).toEqual(["a done 20"]);
  });

  test("what it does not show is posted then", async () => {
    const { log } = await applyTo(declare("a"), { posts: { a: [{ held: 20_000 }] } });
    expect(log).toBe("20 relist, 20 POST a, 20 newest");
  });

  test("a pause shorter than half the settle time needs none", async () => {
    const { log } = await applyTo(declare("a"), { posts: { a: [{ held: 2_500 }] } });
    expect(log).toBe("2 POST a, 2 newest");
  });

  test("another run's key that differs is updated while unused, and left for a person when used", async () => {
    const script = (key: LiveKey) => ({
      posts: { a: [{ held: 20_000 }] },
      others: [{ at: 9_000, key }],
    });
    const unused = await applyTo(declare("a"), script(other("a", 20, { remain_quota: 1 })));
    expect(told(unused.outcomes)).toEqual(["a done 20"]);
    const used = other("a", 20, { remain_quota: 1, used_quota: 9 });
    const left = await applyTo(declare("a"), script(used));
    expect(told(left.outcomes)).toEqual(["a failed 20 key-in-use"]);
  });

  test("another run's key that goes again before the look was not attempted", async () => {
    const { outcomes } = await applyTo(declare("a"), {
      posts: { a: [{ held: 20_000 }] },
      others: [{ at: 9_000, key: other("a", 20) }],
      onList: (number, { drop }) => number === 1 && drop(20),
    });
    expect(told(outcomes)).toEqual(["a not_attempted moved"]);
  });

  test("a relist that fails for good leaves the rest not attempted", async () => {
    const { outcomes, live } = await applyTo(declare("a", "b"), {
      posts: { a: [{ held: 20_000 }], b: [{ held: 20_000 }] },
      failing: [1],
    });
    expect(told(outcomes)).toEqual([
      "a not_attempted server-unreachable",
      "b not_attempted server-unreachable",
    ]);
    expect(live).toEqual(["10 listed"]);
  });

  test("creates that have to wait for a relist under way ask for no second one", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `k${10 + index}`);
    const posts = Object.fromEntries(names.map((name) => [name, [{ takes: 300 }]]));
    const script = { posts, relistsTake: 400, concurrency: 1 };
    const { log, outcomes } = await applyTo(declare(...names), script);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["done"]));
    // One for each half settle time of 15 s.
    expect(log).toMatch(/, 15 POST k59, /);
    expect(log.match(/relist/g)).toHaveLength(6);
  });

  test("a relist longer than half the settle time lets them go, also where it began before their turn", async () => {
    // The turn comes a moment after the relist beside the creates was begun.
    const posts = { a: [{ takes: 3_000 }] };
    const script = { posts, relistsTake: 4_000, turnsTake: 1, concurrency: 1 };
    const { log, outcomes } = await applyTo(declare("a", "b", "c"), script);
    expect(told(outcomes)).toEqual(["a done 11", "b done 12", "c done 13"]);
    expect(log.match(/relist/g)).toHaveLength(5);
  });

  test("relists run beside creates that take long, and show another run's keys", async () => {
    const posts = { a: [{ takes: 2_400 }], b: [{ takes: 2_400 }], c: [{}] };
    const { log, outcomes } = await applyTo(declare("a", "b", "c"), {
      posts,
      concurrency: 1,
      others: [{ at: 1_000, key: other("c", 20) }],
    });
    expect(log).toBe("0 POST a, 2 relist, 2 POST b, 4 newest");
    expect(told(outcomes)).toEqual(["a done 11", "b done 12", "c done 20"]);
  });

  test("a connection that never opened is counted for the try that follows", async () => {
    const { log } = await applyTo(declare("a"), {
      posts: { a: [{ unopened: true }, { unopened: true }] },
    });
    expect(log).toBe(
      "0 no connection for a, 0 before, 0 no connection for a, 1 before, 0 POST a, 0 newest",
    );
  });
});

describe("an unknown answer", () => {
  test("of a stored key: one look and the settle look", async () => {
    const { outcomes, log, waits } = await applyTo(declare("a"), {
      posts: { a: [{ says: UNKNOWN }] },
    });
    expect(told(outcomes)).toEqual(["a done 11"]);
    expect(log).toBe("0 POST a, 0 list, 5 list");
    expect(waits).toEqual(["5000 for late answers to settle"]);
  });

  test("of a lost one: posted once more after 1, 2 and 4 s", async () => {
    const posts = { a: [{ says: UNKNOWN, stores: false as const }] };
    const { outcomes, log } = await applyTo(declare("a"), { posts });
    expect(told(outcomes)).toEqual(["a done 12"]);
    expect(log).toBe("0 POST a, 0 list, 1 list, 3 list, 7 list, 7 POST a, 7 list, 12 list");
  });

  test.each([7_500, 9_000, 11_000])(
    "whose commit lands %i ms later, after the repeat: the later key is removed",
    async (stores) => {
      const posts = { a: [{ says: UNKNOWN, stores }] };
      const { outcomes, live } = await applyTo(declare("a"), { posts });
      expect(outcomes).toMatchObject([{ status: "done" }]);
      expect(live.filter((key) => key.endsWith(" a"))).toHaveLength(1);
    },
  );

  test("is not repeated when another run makes the key while the absence is looked at", async () => {
    const { log, outcomes } = await applyTo(declare("a"), {
      posts: { a: [{ says: UNKNOWN, stores: false }] },
      others: [{ at: 5_000, key: other("a", 20) }],
    });
    expect(log).toBe("0 POST a, 0 list, 1 list, 3 list, 7 list");
    expect(told(outcomes)).toEqual(["a done 20"]);
  });

  test("twice, and nothing in the list, stays unknown", async () => {
    const lost = { says: UNKNOWN, stores: false } as const;
    const { outcomes } = await applyTo(declare("a"), { posts: { a: [lost, lost] } });
    expect(told(outcomes)).toEqual(["a unknown outcome-unknown"]);
  });

  test("what became of a refused repeat does not tell what became of the first", async () => {
    const posts = {
      a: [
        { says: UNKNOWN, stores: false as const },
        { says: REFUSED, stores: false as const },
      ],
    };
    const { outcomes } = await applyTo(declare("a"), { posts });
    expect(told(outcomes)).toEqual(["a unknown outcome-unknown"]);
  });

  test("whose accepted repeat no list could follow is not said to be missing from it", async () => {
    const posts = { a: [{ says: UNKNOWN, stores: false as const }, {}] };
    const { outcomes } = await applyTo(declare("a"), { posts, failing: FROM_FIFTH });
    expect(outcomes).toMatchObject([
      {
        status: "unknown",
        error: { message: "the server accepted the create, but the list could not be read" },
      },
    ]);
  });

  test("whose settle look fails is looked for a few times, whatever the clock reads", async () => {
    const posts = { a: [{ says: UNKNOWN }] };
    const script = { posts, failing: [2, 3, 4, 5], clockFrom: 0.1 };
    const { outcomes, log } = await applyTo(declare("a"), script);
    expect(told(outcomes)).toEqual(["a unknown 11 outcome-unknown"]);
    expect(log).toBe("0 POST a, 0 list, 5 list, 6 list, 8 list, 12 list");
  });

  test("whose settle look fails is unknown, whatever the key looks like", async () => {
    for (const as of [{}, { remain_quota: 1, used_quota: 9 }, { expired_time: 0 }]) {
      const posts = { a: [{ says: UNKNOWN, as }] };
      const { outcomes } = await applyTo(declare("a"), { posts, failing: [2, 3, 4, 5] });
      expect(told(outcomes)).toEqual(["a unknown 11 outcome-unknown"]);
    }
  });
});

describe("a list that lags", () => {
  test("is waited for, and read once more a settle time after the last answer", async () => {
    const { outcomes, log } = await applyTo(declare("a"), { behind: 2_000 });
    expect(told(outcomes)).toEqual(["a done 11"]);
    expect(log).toBe("0 POST a, 0 newest, 0 list, 1 list, 3 list, 5 list");
  });

  test("shows two runs' keys of one name in the end, and one is removed", async () => {
    const { outcomes, live } = await applyTo(declare("a"), {
      behind: 2_000,
      others: [{ at: 1_000, key: other("a", 12) }],
    });
    expect(told(outcomes)).toEqual(["a done 11"]);
    expect(live).toEqual(["11 a", "10 listed"]);
  });

  test("a key made before our POST is not taken for ours at once", async () => {
    const older = other("a", 9, { created_time: NOW - 2, accessed_time: NOW - 2 });
    const { log, outcomes, live } = await applyTo(declare("a"), {
      posts: { a: [{ stores: 3_000, notBefore: NOW * 1000 }] },
      others: [{ at: 0, key: older }],
    });
    expect(log).toBe("0 POST a, 0 newest, 5 list, 5 DELETE 11, 5 list");
    expect(told(outcomes)).toEqual(["a done 9"]);
    expect(live).toEqual(["9 a", "10 listed"]);
  });

  test("alone after the settle look it is the key, whoever made it", async () => {
    const older = other("a", 9, { created_time: NOW - 2, accessed_time: NOW - 2 });
    const { outcomes } = await applyTo(declare("a"), {
      posts: { a: [{ stores: false, notBefore: NOW * 1000 }] },
      others: [{ at: 0, key: older }],
    });
    expect(told(outcomes)).toEqual(["a done 9"]);
  });
});

describe("duplicates", () => {
  test("another run's key and ours: the smaller one survives", async () => {
    const { log, live } = await applyTo(declare("a"), {
      others: [{ at: 0, key: other("a", 20, { created_time: NOW + 1, accessed_time: NOW + 1 }) }],
    });
    expect(live).toEqual(["11 a", "10 listed"]);
    expect(log).toBe("0 POST a, 0 newest, 0 DELETE 20, 0 list");
  });

  test("an unclear delete is given the settle time", async () => {
    const { log } = await applyTo(declare("a"), {
      others: [{ at: 0, key: other("a", 20) }],
      lostDeletes: [1],
    });
    expect(log).toBe("0 POST a, 0 newest, 0 DELETE 20, 5 list");
  });

  test("that no delete removes are told with their ids", async () => {
    const { outcomes, log } = await applyTo(declare("a"), {
      others: [{ at: 0, key: other("a", 20) }],
      vainDeletes: [1, 2, 3],
    });
    expect(log.match(/DELETE/g)).toHaveLength(3);
    expect(told(outcomes)).toEqual(["a failed 11 duplicates"]);
    expect(outcomes[0]?.error?.message).toContain("2 live keys have this name (ids 11, 20)");
  });

  test("one that came into use since is left for a person", async () => {
    const used = other("a", 20, { used_quota: 3 });
    const { outcomes, log } = await applyTo(declare("a"), { others: [{ at: 0, key: used }] });
    expect(log).not.toContain("DELETE");
    expect(told(outcomes)).toEqual(["a failed 11 duplicates"]);
  });

  test("one that was removed and is all that is left is not called done", async () => {
    const { outcomes } = await applyTo(declare("a"), {
      others: [{ at: 0, key: other("a", 20) }],
      vainDeletes: [1],
      onList: (number, { drop }) => number === 1 && drop(11),
    });
    expect(told(outcomes)).toEqual(["a unknown 20 outcome-unknown"]);
  });

  test("one whose delete was sent is not called live when no list could be read since", async () => {
    const others = [{ at: 0, key: other("a", 20) }];
    const { outcomes } = await applyTo(declare("a"), { others, failing: FROM_SECOND });
    expect(told(outcomes)).toEqual(["a unknown 11 outcome-unknown"]);
    expect(outcomes[0]?.error?.message).toContain("a delete of its duplicates (20) was sent");
  });

  test("one whose delete was never sent is still live", async () => {
    const others = [{ at: 0, key: other("a", 20) }];
    const { outcomes } = await applyTo(declare("a"), {
      others,
      heldDeletes: [1, 2, 3],
      failing: FROM_SECOND,
    });
    expect(told(outcomes)).toEqual(["a failed 11 duplicates"]);
  });

  test("that a relist showed after the last look count too", async () => {
    const lost = { says: UNKNOWN, stores: false } as const;
    const { outcomes } = await applyTo(declare("a", "b"), {
      posts: { b: [lost, { held: 20_000 }, {}] },
      others: [{ at: 20_000, key: other("a", 20) }],
      failing: FROM_SECOND.slice(4),
    });
    expect(told(outcomes)[0]).toBe("a failed 11 duplicates");
  });

  test("that only a later list shows are told all the same", async () => {
    const listed = [liveKey({ id: 10, name: "old" })];
    const { outcomes } = await applyTo([...declare("a"), absentKey("old")], {
      listed,
      onList: (number, { add }) => number === 1 && add(other("a", 20)),
    });
    expect(told(outcomes)).toEqual(["a failed 11 duplicates", "old done 10"]);
  });

  test("that only pages of a list show that did not fit together are told too", async () => {
    const listed = [liveKey({ id: 10, name: "old" })];
    const { outcomes } = await applyTo([...declare("a"), absentKey("old")], {
      listed,
      onList: (number, { add }) => number === 1 && add(other("a", 20)),
      failing: FROM_SECOND,
      torn: FROM_SECOND,
    });
    expect(told(outcomes)).toEqual(["a failed 11 duplicates", "old unknown 10 outcome-unknown"]);
  });
});

describe("a server that alters names", () => {
  const as = (name: string, fields: Partial<LiveKey> = {}) => [{ as: { name, ...fields } }];

  test("is told with the id and name of what it stored", async () => {
    const { outcomes } = await applyTo(declare("Ci-Key"), { posts: { "Ci-Key": as("ci-key") } });
    expect(told(outcomes)).toEqual(["Ci-Key unknown 11 outcome-unknown"]);
    expect(outcomes[0]?.error?.message).toContain('a new key 11 named "ci-key"');
  });

  test("of two creates each finds its own by the form of its name", async () => {
    const posts = { "Ci-A": as("ci-a"), "Ci-B": as("ci-b") };
    const { outcomes } = await applyTo(declare("Ci-A", "Ci-B"), { posts });
    expect(told(outcomes)).toEqual([
      "Ci-A unknown 11 outcome-unknown",
      "Ci-B unknown 12 outcome-unknown",
    ]);
  });

  test("one new key alone is it, even under quite another name", async () => {
    const { outcomes } = await applyTo(declare("a"), { posts: { a: as("x") } });
    expect(outcomes[0]?.error?.message).toContain('a new key 11 named "x"');
  });

  test("of thousands of such keys three are named, and many creates do not hold each against them", async () => {
    const names = Array.from({ length: 20 }, (_, at) => `Ci-${at}`);
    const posts = Object.fromEntries(names.map((name) => [name, [{ stores: false as const }]]));
    const others = Array.from({ length: 2_000 }, (_, at) => ({
      at: 0,
      key: other("ci-0", 100 + at),
    }));
    const { outcomes } = await applyTo(declare(...names), { posts, others });
    const [first, ...rest] = outcomes.map(({ error }) => error?.message ?? "");
    expect(first?.match(/named "ci-0"/g)).toHaveLength(3);
    expect(first).toContain(" and more instead: it alters names");
    for (const message of rest) expect(message).not.toContain("ci-0");
  });

  test("is told where only a relist beside the creates could be read", async () => {
    const { outcomes } = await applyTo(declare("Ci-A", "b"), {
      posts: { "Ci-A": as("ci-a"), b: [{ held: 20_000 }] },
      failing: FROM_SECOND,
    });
    expect(outcomes[0]?.error?.message).toContain('a new key 11 named "ci-a"');
  });

  test("claims no key where a hostile list has more than can be compared, so that a second may be it", async () => {
    const names = Array.from({ length: 101 }, (_, at) => `Ci-${100 + at}`);
    const posts = Object.fromEntries(names.map((name) => [name, [{ stores: false as const }]]));
    const strangers = Array.from({ length: 2_000 }, (_, at) =>
      other(`x${at}`, 100 + at, { remain_quota: 3 }),
    );
    const keys = [other("it", 90), ...strangers, other("or it", 9_000)];
    const others = keys.map((key) => ({ at: 0, key }));
    const { outcomes } = await applyTo(declare(...names), { posts, others });
    for (const { error } of outcomes) expect(error?.message).toContain("is not in the list");
  });

  test.each([
    ["a used one", other("x", 20, { used_quota: 3 })],
    ["one with other fields", other("x", 20, { remain_quota: 3 })],
    ["one that was there before", other("x", 9)],
  ])("%s is not taken for it", async (_what, key) => {
    const posts = { a: [{ stores: false as const }] };
    const { outcomes } = await applyTo(declare("a"), { posts, others: [{ at: 0, key }] });
    expect(told(outcomes)).toEqual(["a unknown outcome-unknown"]);
    expect(outcomes[0]?.error?.message).toContain("is not in the list");
  });
});

describe("a run that is stopped", () => {
  const stop = { at: 1_500, reason: "sigint" } as const;

  test("tells what its final read-back shows", async () => {
    const posts = { a: [{ takes: 2_000 }], b: [{ takes: 2_000, as: { remain_quota: 1 } }] };
    const { outcomes, log } = await applyTo(declare("a", "b", "c"), {
      posts,
      stop,
      concurrency: 2,
    });
    expect(told(outcomes)).toEqual([
      "a done 11",
      "b failed 12 change-failed",
      "c not_attempted interrupted",
    ]);
    expect(outcomes[1]?.error?.message).toContain("apply again to finish it");
    expect(log).toBe("0 POST a, 0 POST b, 2 list");
  });

  test("goes by what it saw before when the final read-back fails", async () => {
    const posts = { a: [{ says: UNKNOWN }] };
    const { outcomes } = await applyTo(declare("a"), { posts, stop, failing: [2] });
    expect(told(outcomes)).toEqual(["a done 11"]);
  });

  test.each([
    ["down to the mark, is the key", undefined, "a done 11"],
    [
      "no further than the new keys, may have a second one below",
      1,
      "a unknown 11 outcome-unknown",
    ],
  ])("a key that only pages of its final read-back show, %s", async (_case, tornAt, said) => {
    const script = { posts: { a: [{ takes: 2_000 }] }, stop, failing: [1], torn: [1] };
    const { outcomes } = await applyTo(declare("a"), tornAt ? { ...script, tornAt } : script);
    expect(told(outcomes)).toEqual([said]);
  });

  test("says unknown where nothing was seen", async () => {
    const posts = { a: [{ takes: 2_000 }] };
    const { outcomes } = await applyTo(declare("a"), { posts, stop, failing: [1] });
    expect(told(outcomes)).toEqual(["a unknown outcome-unknown"]);
  });

  test("goes by what a relist showed when no look could be read", async () => {
    const { outcomes } = await applyTo(declare("a", "b"), {
      posts: { a: [{}], b: [{ held: 20_000 }] },
      others: [{ at: 9_000, key: other("b", 20) }],
      stop: { at: 20_001, reason: "sigint" },
      failing: [2, 3],
      onList: (number, { add }) => number === 1 && add(other("c", 30)),
    });
    expect(told(outcomes)).toEqual(["a done 11", "b done 20"]);
  });

  test("goes by a relist after a look that showed no key yet", async () => {
    const lost = { says: UNKNOWN, stores: false } as const;
    const { outcomes, log } = await applyTo(declare("a", "b"), {
      posts: { a: [lost, { says: UNKNOWN }], b: [lost, { held: 20_000 }, {}] },
      stop: { at: 27_035, reason: "sigint" },
      failing: [6, 7, 8],
    });
    expect(log).toContain("7 POST a, 27 relist, 27 POST b, 27 list");
    expect(outcomes).toMatchObject([
      { status: "done", id: 13 },
      {
        status: "unknown",
        error: { message: "the server accepted the create, but the list could not be read" },
      },
    ]);
  });

  test("ends its waits", async () => {
    const lost = { a: [{ says: UNKNOWN, stores: false as const }] };
    expect((await applyTo(declare("a"), { posts: lost, stop })).log).toBe(
      "0 POST a, 0 list, 1 list, 1 list",
    );
    const settling = { a: [{ says: UNKNOWN }] };
    expect((await applyTo(declare("a"), { posts: settling, stop })).log).toBe(
      "0 POST a, 0 list, 1 list",
    );
    const duplicated = { others: [{ at: 0, key: other("a", 20) }], vainDeletes: [1, 2], stop };
    const { outcomes } = await applyTo(declare("a"), duplicated);
    expect(told(outcomes)).toEqual(["a failed 11 duplicates"]);
  });
});
