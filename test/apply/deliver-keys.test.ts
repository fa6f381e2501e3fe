import { describe, expect, test } from "vitest";
import type { DesiredKey } from "../../src/model/key.ts";
import type { DesiredFields } from "../../src/model/fields.ts";
import { Secret } from "../../src/model/secret.ts";
import { applyTo, valueOf, type CreateScript } from "../support/create-server.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

function delivered(name: string, fields: DesiredFields = {}): DesiredKey {
  const key = desiredKey(fields, name);
  return { ...key, deliver: [{ sink: { kind: "exec", argv: ["put", name] }, at: key.at }] };
}

async function apply(desired: readonly DesiredKey[], script: CreateScript = {}) {
  const { outcomes, log, live, delivered: places, waits } = await applyTo(desired, script);
  const said = outcomes.map(({ action, name, status, error, note }) =>
    `${action} ${name} ${status} ${error?.message ?? note ?? ""}`.trim(),
  );
  return { said, log, live: live.filter((key) => !key.endsWith("listed")), places, waits };
}

const KEY = [delivered("a")];

describe("a key that is to be delivered", () => {
  test("is created under its staged name, looked at again after the settle time, delivered, and named", async () => {
    expect(await apply(KEY)).toEqual({
      said: ["create a done"],
      log: "0 POST a~new, 0 newest, 5 list, 5 → exec:put a, 5 PUT 11, 5 newest",
      live: ["11 a"],
      places: ["exec:put a ← 11, a~new"],
      waits: ["5000 for late creates before keys are delivered"],
    });
  });

  test("is created beside others, which do not wait for it", async () => {
    const { said, log } = await apply([delivered("a"), desiredKey({}, "b")]);
    expect(said).toEqual(["create a done", "create b done"]);
    expect(log).toMatch(/^0 POST a~new, 0 POST b, 0 newest, 5 list/);
  });

  test("keeps its staged name where a place does not take it, and every place is tried", async () => {
    const [key] = KEY;
    const sinks = ["x", "y"].map((place) => ({
      sink: { kind: "exec", argv: ["put", place] } as const,
      at: key?.at ?? { file: "", line: 1, column: 1 },
    }));
    const places = { "exec:put x": () => "exit code 2", "exec:put y": () => undefined };
    const {
      said,
      live,
      places: tried,
    } = await apply([{ ...desiredKey({}, "a"), deliver: sinks }], {
      places,
    });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": exec:put x: exit code 2; apply again to go on with it',
    ]);
    expect(live).toEqual(["11 a~new"]);
    expect(tried).toHaveLength(2);
  });

  test("is switched off before it gets its name, where it is declared so", async () => {
    const { said, log, live } = await apply([delivered("a", { status: "disabled" })]);
    expect(said).toEqual(["create a done"]);
    expect(log).toBe(
      "0 POST a~new, 0 newest, 0 STATUS 11, 5 list, 5 → exec:put a, 5 PUT 11, 5 newest",
    );
    expect(live).toEqual(["11 a"]);
  });

  test("is posted again after the deletes where there was no room before, and delivered then", async () => {
    const listed = [liveKey({ id: 10, name: "goes" })];
    const { said, live, places } = await apply([delivered("a"), absentKey("goes")], {
      listed,
      room: 1,
    });
    expect(said).toEqual(["create a done", "delete goes done"]);
    expect(live).toEqual(["12 a"]);
    expect(places).toEqual(["exec:put a ← 12, a~new"]);
  });

  test("is delivered before anything is deleted", async () => {
    const listed = [liveKey({ id: 10, name: "goes" })];
    const { log } = await apply([delivered("a"), absentKey("goes")], { listed });
    expect(log).toMatch(/→ exec:put a, 5 PUT 11, 5 newest, 5 DELETE 10/);
  });

  test("is not delivered where its create was refused", async () => {
    const { said, places } = await apply(KEY, {
      posts: { "a~new": [{ says: { kind: "refused", message: "no" }, stores: false }] },
    });
    expect(said).toEqual(["create a failed the server refused: no"]);
    expect(places).toEqual([]);
  });

  test("is not delivered while it is not known what became of its create", async () => {
    const lost = { says: { kind: "unknown", reason: "reset" }, stores: false } as const;
    const { said, places } = await apply(KEY, { posts: { "a~new": [lost, lost] } });
    expect(said[0]).toMatch(/^create a unknown no clear answer/);
    expect(places).toEqual([]);
  });

  test("stays unknown where the list cannot be read before its delivery either", async () => {
    const lost = { says: { kind: "unknown", reason: "reset" }, stores: false } as const;
    const { said } = await apply(KEY, {
      posts: { "a~new": [lost, lost] },
      failing: Array.from({ length: 20 }, (_, at) => at + 1),
    });
    expect(said[0]).toMatch(/^create a unknown/);
  });

  test("is left to the next run where the list cannot be read before its delivery", async () => {
    const { said, live } = await apply(KEY, { failing: [2, 3, 4, 5] });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": the list of keys could not be read again; apply again to go on with it',
    ]);
    expect(live).toEqual(["11 a~new"]);
  });

  test("is left to the next run where the run is stopped before its delivery", async () => {
    const { said, live } = await apply(KEY, { stop: { at: 2_000, reason: "sigint" } });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": the run was stopped before it was delivered; apply again to go on with it',
    ]);
    expect(live).toEqual(["11 a~new"]);
  });

  test("is told by the final list where the run is stopped in its create", async () => {
    const { said, live } = await apply(KEY, {
      posts: { "a~new": [{ takes: 3_000 }] },
      stop: { at: 1_000, reason: "sigterm" },
    });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": the run was stopped before it was delivered; apply again to go on with it',
    ]);
    expect(live).toEqual(["11 a~new"]);
  });

  test("is told as delivered where another key takes its name meanwhile", async () => {
    const { said, live } = await apply(KEY, {
      places: {
        "exec:put a": (_, { add }) => {
          add(liveKey({ id: 30, name: "a" }));
          return undefined;
        },
      },
    });
    expect(said[0]).toMatch(/^create a failed 2 live keys have this name/);
    expect(live).toEqual(["30 a", "11 a"]);
  });
});

const LEFT = liveKey({ id: 10, name: "a~new", remain_quota: 500 });
/** Another run gives it its name. */
const NAMED: NonNullable<CreateScript["hands"]>[number] = {
  at: 1_000,
  act: ({ drop, add }) => {
    drop(LEFT.id);
    add({ ...LEFT, name: "a" });
  },
};
const QUOTA = { remain_quota: 500, unlimited_quota: false } as const;

describe("a key that a run before has left on its way", () => {
  test("is not created again", async () => {
    expect(await apply([delivered("a", QUOTA)], { listed: [LEFT] })).toMatchObject({
      said: ["create a done"],
      log: "5 list, 5 → exec:put a, 5 PUT 10, 5 newest",
      live: ["10 a"],
    });
  });

  test("is brought in line first, where nobody has used it", async () => {
    const { said, log, live } = await apply([delivered("a", { ...QUOTA, group: "vip" })], {
      listed: [LEFT],
    });
    expect(said).toEqual(["create a done"]);
    expect(log).toBe("5 list, 5 PUT 10, 5 → exec:put a, 5 PUT 10, 5 newest");
    expect(live).toEqual(["10 a"]);
  });

  test("that was created expired is given a time before it is delivered", async () => {
    const { said, log } = await apply([delivered("a", QUOTA)], {
      listed: [{ ...LEFT, expired_time: 0 }],
    });
    expect(said).toEqual(["create a done"]);
    expect(log).toMatch(/PUT 10, \d+ → exec:put a/);
  });

  test("is left alone where it came into use meanwhile, not as declared", async () => {
    const { said, places } = await apply([delivered("a", { ...QUOTA, group: "vip" })], {
      listed: [LEFT],
      hands: [
        {
          at: 1_000,
          act: ({ drop, add }) => {
            drop(10);
            add({ ...LEFT, used_quota: 1, remain_quota: 499, accessed_time: NOW + 1 });
          },
        },
      ],
    });
    expect(said[0]).toMatch(/^create a failed key 10 \("a~new"\) is in use, but group is/);
    expect(places).toEqual([]);
  });

  test("is told to have gone where it has", async () => {
    const { said } = await apply([delivered("a", QUOTA)], {
      listed: [LEFT],
      hands: [{ at: 1_000, act: ({ drop }) => drop(10) }],
    });
    expect(said).toEqual([
      "create a failed key 10 was deleted or renamed before it was delivered; apply again",
    ]);
  });

  test("is done where another run has named it meanwhile", async () => {
    const { said, places } = await apply([delivered("a", QUOTA)], {
      listed: [LEFT],
      hands: [NAMED],
    });
    expect(said).toEqual(["create a done"]);
    expect(places).toEqual([]);
  });
});

const MADE_MEANWHILE =
  'create a done made meanwhile, and not seen on its way to its places; run deliver "a" to be sure';

describe("bringing a key that was left in line", () => {
  const OTHER = [delivered("a", { ...QUOTA, group: "vip" })];

  test("that the server refuses leaves it undelivered", async () => {
    const refused = { says: { kind: "refused", message: "no" }, stores: false } as const;
    const { said, places } = await apply(OTHER, {
      listed: [LEFT],
      puts: [refused, refused, refused],
    });
    expect(said).toEqual([
      'create a failed key 10 is left as "a~new": the server refused: no; group is "" instead of "vip"; apply again to go on with it',
    ]);
    expect(places).toEqual([]);
  });

  test("has to be seen before it is delivered", async () => {
    const { said, places } = await apply(OTHER, { listed: [LEFT], failingGets: [3] });
    expect(said).toEqual([
      'create a failed key 10 is left as "a~new": it could not be read again; apply again to go on with it',
    ]);
    expect(places).toEqual([]);
  });

  test("is told by the final list where the run is stopped in it", async () => {
    const lost = { says: { kind: "unknown", reason: "reset" }, stores: true } as const;
    const { said, places } = await apply(OTHER, {
      listed: [LEFT],
      puts: [lost],
      stop: { at: 5_500, reason: "sigterm" },
    });
    expect(said).toEqual(["create a unknown an unclear write may still land: the run was stopped"]);
    expect(places).toEqual([]);
  });

  test("is not done where the final list shows it in line: it was not delivered", async () => {
    const { said, places } = await apply(OTHER, {
      listed: [LEFT],
      failingGets: [2],
      getsTake: 1_000,
      stop: { at: 6_500, reason: "deadline" },
    });
    expect(said).toEqual([
      'create a failed key 10 is left as "a~new": the run was stopped before it was delivered; apply again to go on with it',
    ]);
    expect(places).toEqual([]);
  });

  test("is done under its own name as well, where another run has named it", async () => {
    const { said, log } = await apply(OTHER, {
      listed: [LEFT],
      hands: [NAMED],
    });
    expect(said).toEqual(["create a done"]);
    expect(log).toMatch(/PUT 10/);
  });
});

describe("two runs at once", () => {
  const AT_ONCE = { created_time: NOW, accessed_time: NOW };

  test("a name that a list shows before its turn is not posted, and not said to be delivered", async () => {
    const { said, log, places } = await apply(KEY, {
      posts: { "a~new": [{ held: 3_000 }] },
      others: [{ at: 1_000, key: liveKey({ id: 20, name: "a", created_time: NOW + 1 }) }],
    });
    expect(said).toEqual([MADE_MEANWHILE]);
    expect(log).not.toMatch(/POST/);
    expect(places).toEqual([]);
  });

  test("the elder of two staged keys stays, and is delivered", async () => {
    const { said, live, places } = await apply(KEY, {
      posts: { "a~new": [{ stores: 100, takes: 200 }] },
      others: [{ at: 50, key: liveKey({ id: 20, name: "a~new", ...AT_ONCE }) }],
    });
    expect(said).toEqual(["create a done"]);
    expect(live).toEqual(["11 a"]);
    expect(places).toEqual(["exec:put a ← 11, a~new"]);
  });

  test("a key left beside one that has its name by now is removed as its duplicate", async () => {
    const made = { created_time: NOW + 1, accessed_time: NOW + 1 };
    const { said, live, places } = await apply(KEY, {
      others: [{ at: 3_000, key: liveKey({ id: 12, name: "a", ...made }) }],
    });
    expect(said).toEqual([MADE_MEANWHILE]);
    expect(live).toEqual(["12 a"]);
    expect(places).toEqual([]);
  });

  test("more than ten on their way are left to a person, beside one that has the name too", async () => {
    const made = { created_time: NOW + 1, accessed_time: NOW + 1 };
    const ids = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
    const staged = ids.map((id) => ({ at: 3_000, key: liveKey({ id, name: "a~new", ...made }) }));
    const named = { at: 3_000, key: liveKey({ id: 12, name: "a", ...made }) };
    const { said, live } = await apply(KEY, { others: [...staged, named] });
    expect(said[0]).toMatch(/^create a failed 12 live keys have this name .* was not delivered/);
    expect(live).toHaveLength(12);
  });

  test("two that are on their way by the time of the look: the younger goes, the elder is delivered", async () => {
    const made = { created_time: NOW + 2, accessed_time: NOW + 2 };
    const { said, live, places } = await apply(KEY, {
      others: [{ at: 2_000, key: liveKey({ id: 20, name: "a~new", ...made }) }],
    });
    expect(said).toEqual(["create a done"]);
    expect(live).toEqual(["11 a"]);
    expect(places).toEqual(["exec:put a ← 11, a~new"]);
  });

  test("two keys of its name by the time of the look are left to a person", async () => {
    const { said, live, places } = await apply(KEY, {
      others: [12, 13].map((id) => ({ at: 3_000, key: liveKey({ id, name: "a" }) })),
    });
    expect(said[0]).toMatch(/^create a failed 2 live keys have this name \(ids 13, 12\)/);
    expect(live).toHaveLength(3);
    expect(places).toEqual([]);
  });

  test("a duplicate that could not be removed is told", async () => {
    const made = { created_time: NOW + 1, accessed_time: NOW + 1 };
    const { said, live } = await apply(KEY, {
      others: [{ at: 3_000, key: liveKey({ id: 12, name: "a", ...made }) }],
      vainDeletes: [1, 2, 3],
    });
    expect(said[0]).toMatch(/^create a failed 2 live keys have this name/);
    expect(live).toHaveLength(2);
  });

  test("one that lands while the key is delivered is told", async () => {
    const { said } = await apply(KEY, {
      places: {
        "exec:put a": (_, { add }) => {
          add(liveKey({ id: 30, name: "a~new" }));
          return undefined;
        },
      },
    });
    expect(said[0]).toMatch(/^create a failed 2 live keys have this name/);
  });

  test("a key that a list has shown on its way is known by its id once another run has named it", async () => {
    const key = liveKey({ id: 9, name: "a~new", created_time: NOW, accessed_time: NOW });
    const named = { ...key, name: "a" };
    const { said, places } = await apply(KEY, {
      // Its own create is lost, and was refused: what it saw beside it is all that it knows.
      posts: { "a~new": [{ says: { kind: "refused", message: "no" }, stores: false }] },
      others: [{ at: 0, key }],
      hands: [
        {
          at: 1_500,
          act: ({ drop, add }) => {
            drop(9);
            add(named);
          },
        },
      ],
    });
    expect(said).toEqual(["create a done"]);
    expect(places).toEqual([]);
  });

  test("a named key that is in use, and not as declared, is left alone", async () => {
    const { said, log } = await apply([delivered("a", QUOTA)], {
      listed: [LEFT],
      hands: [
        {
          at: 1_000,
          act: ({ drop, add }) => {
            drop(10);
            add({ ...LEFT, name: "a", remain_quota: 900, used_quota: 1, accessed_time: NOW + 1 });
          },
        },
      ],
    });
    expect(said[0]).toMatch(/^create a failed key 10 \("a"\) is in use, but remain_quota is/);
    expect(log).not.toMatch(/PUT/);
  });

  test("a key that a person has made under the name is not taken for the one left on its way", async () => {
    const { said } = await apply([delivered("a", QUOTA)], {
      listed: [LEFT],
      hands: [
        {
          at: 1_000,
          act: ({ drop, add }) => {
            drop(10);
            add({ ...LEFT, id: 40, name: "a" });
          },
        },
      ],
    });
    expect(said[0]).toMatch(/^create a unknown key 40 has this name, but it is not known whether/);
  });

  test("a key that was left on its way is told with the one that a later list shows under its name", async () => {
    const { said } = await apply([delivered("a"), delivered("b")], {
      places: {
        "exec:put a": (_, { add }) => {
          add(liveKey({ id: 30, name: "a" }));
          return "exit code 2";
        },
      },
    });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": exec:put a: exit code 2; apply again to go on with it; but key 30 has this name by now: plan again',
      "create b done",
    ]);
  });

  test("two on their way are told with a key that has their name, where the run is stopped before more", async () => {
    const made = { created_time: NOW, accessed_time: NOW, used_quota: 5 };
    const { said } = await apply(KEY, {
      posts: { "a~new": [{ stores: 100, takes: 200 }] },
      others: [
        { at: 50, key: liveKey({ id: 20, name: "a~new", ...made }) },
        { at: 120, key: liveKey({ id: 21, name: "a" }) },
      ],
      stop: { at: 2_000, reason: "sigint" },
    });
    expect(said).toEqual([
      "create a failed 2 live keys have this name (ids 20, 11); delete all but one by hand; but key 21 has this name by now: plan again",
    ]);
  });

  test("duplicates that are gone are no longer told where the one that stays was not delivered", async () => {
    const made = { created_time: NOW + 2, accessed_time: NOW + 2 };
    const { said, live } = await apply(KEY, {
      others: [{ at: 2_000, key: liveKey({ id: 20, name: "a~new", ...made }) }],
      places: { "exec:put a": () => "exit code 2" },
    });
    expect(said[0]).toMatch(/^create a failed key 11 is left as "a~new": exec:put a: exit code 2/);
    expect(live).toEqual(["11 a~new"]);
  });

  test("a used one is left to a person", async () => {
    const made = { created_time: NOW + 1, accessed_time: NOW + 1 };
    const { said, live } = await apply(KEY, {
      posts: { "a~new": [{ as: { used_quota: 5 } }] },
      others: [{ at: 3_000, key: liveKey({ id: 12, name: "a", ...made }) }],
    });
    expect(said[0]).toMatch(/2 live keys have this name .*"a~new" was not delivered/);
    expect(live).toHaveLength(2);
  });

  test("a name that stands where the created one was never listed is not taken for delivered", async () => {
    const { said, places } = await apply(KEY, {
      posts: { "a~new": [{ as: { name: "a" } }] },
    });
    expect(said).toEqual([
      'create a unknown key 11 has this name, but it is not known whether it was delivered; run deliver "a" to be sure',
    ]);
    expect(places).toEqual([]);
  });
});

/** The name of a key is given a minute after it was listed. */
const SLOW: CreateScript = { masked: true, reveals: [{ kind: "limited", ms: 60_000 }] };

describe("a key that was delivered", () => {
  test("does not get its name where another has got it since", async () => {
    const { said, live } = await apply(KEY, {
      ...SLOW,
      others: [{ at: 30_000, key: liveKey({ id: 30, name: "a" }) }],
    });
    expect(said).toEqual([
      "create a failed delivered, but not renamed: key 30 has got this name since the plan was made; plan again",
    ]);
    expect(live).toEqual(["30 a", "11 a~new"]);
  });

  test("does not get its name where no list shows that it is free", async () => {
    const { said, live } = await apply(KEY, { ...SLOW, failing: [3, 4, 5, 6] });
    expect(said).toEqual([
      "create a failed delivered, but not named: the list of keys could not be read again before it: gone; apply again to go on with it",
    ]);
    expect(live).toEqual(["11 a~new"]);
  });

  test("is told as such where the server refuses its name", async () => {
    const refused = { says: { kind: "refused", message: "no" }, stores: false } as const;
    const { said } = await apply(KEY, { puts: [refused, refused, refused] });
    expect(said).toEqual([
      'create a failed delivered, but the server refused: no; name is "a~new" instead of "a"',
    ]);
  });

  test("is told by the final list where the run is stopped while it is named", async () => {
    const says = { kind: "unknown", reason: "reset" } as const;
    for (const [stores, became] of [
      [true, "an unclear write may still land: the run was stopped"],
      [false, 'no clear answer, and so far name is "a~new" instead of "a"'],
    ] as const) {
      const { said } = await apply(KEY, {
        puts: [{ says, stores }],
        stop: { at: 5_500, reason: "sigterm" },
      });
      expect(said).toEqual([`create a unknown delivered, but ${became}`]);
    }
  });

  test("is not delivered where the run is stopped before its turn", async () => {
    const { said, places } = await apply([delivered("a"), delivered("b")], {
      concurrency: 1,
      placesTake: 1_000,
      stop: { at: 5_500, reason: "sigint" },
    });
    expect(said).toEqual([
      "create a failed delivered, but not named: the run was stopped before it; apply again to go on with it",
      'create b failed key 12 is left as "b~new": the run was stopped before it was delivered; apply again to go on with it',
    ]);
    expect(places).toHaveLength(1);
  });
});

describe("the value of a key", () => {
  const many = Array.from({ length: 150 }, (_, at) => delivered(`k${at}`));

  test("of a server that masks them is asked for by the hundred", async () => {
    const { said, log } = await apply(many, { masked: true });
    expect(new Set(said.map((text) => text.split(" ").at(-1)))).toEqual(new Set(["done"]));
    expect(log.match(/reveal \d+/g)).toEqual(["reveal 100", "reveal 50"]);
  });

  test("is asked for one by one, under the limit, where the server knows no other way", async () => {
    const none = { kind: "no-endpoint" } as const;
    const { said, log, waits } = await apply(many.slice(0, 20), {
      masked: true,
      reveals: [none],
      deadlineMs: 3 * 3_600_000,
    });
    expect(new Set(said.map((text) => text.split(" ").at(-1)))).toEqual(new Set(["done"]));
    expect(log.match(/reveal \d+/g)).toEqual(["reveal 20", ...Array<string>(20).fill("reveal 1")]);
    expect(waits.at(-1)).toBe("1200000 for the server to show more keys");
  });

  test("that the deadline leaves is obtained by the next run", async () => {
    const none = { kind: "no-endpoint" } as const;
    const { said, live } = await apply(many.slice(0, 20), { masked: true, reveals: [none] });
    expect(said.filter((text) => text.endsWith(" done"))).toHaveLength(18);
    expect(said.find((text) => text.includes("failed"))).toMatch(
      /left as "k\d+~new": the server limits how often it shows keys, and --deadline comes before/,
    );
    expect(live.filter((key) => key.endsWith("~new"))).toHaveLength(2);
  });

  test("is no longer asked for where the server has no way to show one", async () => {
    const none = { kind: "no-endpoint" } as const;
    const { said, log, waits } = await apply(many.slice(0, 25), {
      masked: true,
      reveals: Array.from({ length: 40 }, () => none),
      deadlineMs: 3 * 3_600_000,
    });
    expect(log.match(/reveal \d+/g)).toEqual(["reveal 25", "reveal 1"]);
    expect(said.filter((text) => text.includes("has no way to show one"))).toHaveLength(25);
    expect(waits).toHaveLength(1);
  });

  test("is not said to be limited where the run is stopped in the wait", async () => {
    const { said } = await apply(KEY, {
      masked: true,
      reveals: [{ kind: "limited", ms: 60_000 }],
      stop: { at: 20_000, reason: "sigint" },
    });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": the run was stopped before it was delivered; apply again to go on with it',
    ]);
  });

  test("is waited for again and again while there is time", async () => {
    const limited = { kind: "limited" } as const;
    const { said, log } = await apply(KEY, { masked: true, reveals: [limited, limited, limited] });
    expect(said).toEqual(["create a done"]);
    expect(log.match(/reveal 1/g)).toHaveLength(4);
  });

  test("is waited for where the server says how long", async () => {
    const { said, waits } = await apply(KEY, {
      masked: true,
      reveals: [{ kind: "limited", ms: 60_000 }],
    });
    expect(said).toEqual(["create a done"]);
    expect(waits.at(-1)).toBe("60000 for the server to show more keys");
  });

  test("that the server does not show is not delivered", async () => {
    const { said, places } = await apply(KEY, {
      masked: true,
      reveals: [{ kind: "shown", keys: new Map() }],
    });
    expect(said).toEqual([
      'create a failed key 11 is left as "a~new": the server did not show the key; apply again to go on with it',
    ]);
    expect(places).toEqual([]);
  });

  test("gets the prefix once", async () => {
    const { places } = await apply(KEY, {
      masked: true,
      reveals: [{ kind: "shown", keys: new Map([[11, new Secret(`sk-${valueOf(11)}`)]]) }],
    });
    expect(places).toEqual(["exec:put a ← 11, a~new"]);
  });
});

describe("a key that is tried before it is delivered", () => {
  const refused = { kind: "refused", message: "HTTP 401" } as const;

  test("is not delivered where it is refused, or not answered", async () => {
    for (const trial of [refused, { kind: "unclear", message: "HTTP 502" } as const]) {
      const { said, places } = await apply(KEY, { trial });
      expect(said[0]).toMatch(/left as "a~new": it was tried and (refused|not answered) \(HTTP/);
      expect(places).toEqual([]);
    }
  });

  test("may be refused where it is declared for other addresses", async () => {
    const { said } = await apply([delivered("a", { allow_ips: ["10.0.0.1"] })], { trial: refused });
    expect(said).toEqual([
      "create a done refused when it was tried here (HTTP 401), as its allow_ips may have it",
    ]);
  });

  test("is not tried where it is declared disabled", async () => {
    const { said } = await apply([delivered("a", { status: "disabled" })], { trial: refused });
    expect(said).toEqual(["create a done"]);
  });
});

describe("keys for the one who runs it", () => {
  test("are those that this run creates, with deliver or without", async () => {
    const { said, places, live } = await apply([delivered("a"), desiredKey({}, "b")], {
      keysOut: true,
    });
    expect(said).toEqual(["create a done", "create b done"]);
    expect(places.toSorted()).toEqual([
      "exec:put a ← 11, a~new",
      "out a ← 11, a~new",
      "out b ← 12, b",
    ]);
    expect(live.toSorted()).toEqual(["11 a", "12 b"]);
  });

  test("are told to have gone where they have before they were written", async () => {
    const { said, places } = await apply([desiredKey({}, "b")], {
      keysOut: true,
      hands: [{ at: 1_000, act: ({ drop }) => drop(11) }],
    });
    expect(said).toEqual([
      "create b failed key 11 was deleted or renamed before it was delivered; apply again",
    ]);
    expect(places).toEqual([]);
  });

  test("are those whose create ended well", async () => {
    const { said, places } = await apply([desiredKey({ group: "vip" }, "b")], {
      keysOut: true,
      posts: { b: [{ as: { group: "other" } }] },
      puts: Array.from({ length: 3 }, () => ({
        says: { kind: "refused", message: "no" } as const,
        stores: false,
      })),
    });
    expect(said).toEqual([
      'create b failed the server refused: no; group is "other" instead of "vip"',
    ]);
    expect(places).toEqual([]);
  });

  test("are told to be had otherwise where they could not be written", async () => {
    const { said } = await apply([desiredKey({}, "b")], {
      keysOut: true,
      places: { "out b": () => "the disk is full" },
    });
    expect(said).toEqual([
      'create b failed key 11 was created, but the disk is full; run deliver "b" --keys-out FILE',
    ]);
  });
});
