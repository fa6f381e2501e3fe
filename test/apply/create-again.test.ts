import { describe, expect, test } from "vitest";
import { absentKey, desiredKey, liveKey } from "../support/records.ts";
import { applyTo, type CreateScript } from "../support/create-server.ts";

const LISTED = [liveKey({ id: 10, name: "stays" }), liveKey({ id: 9, name: "goes" })];

/** Two keys are live, one of them is to go, and the account has room for two. */
async function apply(script: CreateScript = {}, names: readonly string[] = ["new"]) {
  const desired = [...names.map((name) => desiredKey({}, name)), absentKey("goes")];
  const { outcomes, log, live } = await applyTo(desired, { listed: LISTED, room: 2, ...script });
  return {
    said: outcomes.map(({ name, status, error }) =>
      `${name} ${status} ${error?.message ?? ""}`.trim(),
    ),
    log,
    live,
  };
}

describe("a create that was refused for want of room", () => {
  test("is posted once more after a delete", async () => {
    expect(await apply()).toEqual({
      said: ["new done", "goes done"],
      log: "0 POST new, 0 newest, 0 DELETE 9, 0 list, 0 list, 0 POST new, 0 newest, 0 list",
      live: ["12 new", "10 stays"],
    });
  });

  test("stays refused where it is refused again", async () => {
    const { said, live } = await apply({}, ["a", "b"]);
    expect(said).toEqual(["a done", "b failed the server refused: no room", "goes done"]);
    expect(live).toHaveLength(2);
  });

  test("is not posted where no delete made room", async () => {
    const { said, log } = await apply({ vainDeletes: [1] });
    expect(said[0]).toBe("new failed the server refused: no room");
    expect(log.match(/POST/g)).toHaveLength(1);
  });

  test("is not posted where another run's key has the name by then", async () => {
    const { said, log, live } = await apply({
      onList: (number, keys) => {
        if (number === 1) keys.add(liveKey({ id: 20, name: "new", remain_quota: 0 }));
      },
    });
    expect(said[0]).toBe("new done");
    expect(log.match(/POST/g)).toHaveLength(1);
    expect(live).toEqual(["20 new", "10 stays"]);
  });

  test("names another run's key that a list read for the deletes shows, where it stays refused", async () => {
    const { said } = await apply({
      vainDeletes: [1, 2, 3],
      onList: (number, keys) => {
        if (number === 1) keys.add(liveKey({ id: 20, name: "new", remain_quota: 0 }));
      },
    });
    expect(said[0]).toBe(
      "new failed the server refused: no room; but key 20 has this name by now: apply again",
    );
  });

  test("names all of several such keys: two other runs may each have made one", async () => {
    const { said } = await apply({
      vainDeletes: [1, 2, 3],
      onList: (number, keys) => {
        if (number !== 1) return;
        for (const id of [20, 21]) keys.add(liveKey({ id, name: "new", remain_quota: 0 }));
      },
    });
    expect(said[0]).toMatch(
      /^new failed the server refused: no room; but 2 keys have this name by now \(ids 2[01], 2[01]\): plan again$/,
    );
  });

  test("is told by the final list where the run is stopped while it is posted again", async () => {
    const refused = { says: { kind: "refused", message: "no room" }, stores: false } as const;
    const slow = { says: { kind: "unknown", reason: "reset" }, takes: 3_000 } as const;
    for (const stores of [0, false] as const) {
      const { said } = await apply({
        posts: { new: [refused, { ...slow, stores }] },
        stop: { at: 1_000, reason: "sigint" },
      });
      expect(said[0]).toMatch(stores === 0 ? /^new done/ : /^new unknown no clear answer/);
    }
  });

  test("stays refused as it was where the run is stopped before it is posted again", async () => {
    const { said, log } = await apply({
      posts: { new: [{}, { held: 3_000 }] },
      stop: { at: 1_000, reason: "sigint" },
    });
    expect(said[0]).toBe("new failed the server refused: no room");
    expect(log.match(/POST/g)).toHaveLength(1);
  });

  test("is not posted on a list that could not be read", async () => {
    const { said, log } = await apply({ failing: [3] });
    expect(said).toEqual(["new failed the server refused: no room", "goes done"]);
    expect(log.match(/POST/g)).toHaveLength(1);
  });

  test("is told once, by how it ended", async () => {
    const { said } = await apply({ stop: { at: 15, reason: "sigterm" } });
    expect(said[0]).toMatch(/^new (?:done|failed the server refused)/);
  });
});

describe("a key that no file declares", () => {
  const listed = [liveKey({ id: 10, name: "declared" }), liveKey({ id: 9, name: "loose" })];
  const missing = [desiredKey({ remain_quota: 500 }, "declared"), desiredKey({}, "new")];
  const unclear = { says: { kind: "unknown", reason: "ECONNRESET" }, stores: false } as const;

  test.each([
    [
      "a key of another name is new: an accepted create's",
      { posts: { new: [{ as: { name: "n" } }] } },
    ],
    [
      "a key of another name is new: an unclear create's",
      { posts: { new: [{ ...unclear, stores: 0, as: { name: "n" } }, unclear] } },
    ],
    [
      "the list cannot be read",
      { posts: { new: [unclear, unclear] }, failing: [...Array(40).keys()].slice(5) },
    ],
  ] satisfies [string, CreateScript][])(
    "is not deleted while nobody knows what became of a create, and %s",
    async (_, script) => {
      const { outcomes, log } = await applyTo(missing, { listed, prunes: true, ...script });
      expect(outcomes.map(({ name, status }) => `${name} ${status}`)).toEqual([
        "new unknown",
        "loose not_attempted",
      ]);
      expect(log).not.toMatch(/DELETE/);
    },
  );

  // Else an account that is full until its deletes never gets room, where its server is slower than --timeout.
  test("is deleted where a whole list shows that an unclear create made no key", async () => {
    const { outcomes, log } = await applyTo(missing, {
      listed,
      prunes: true,
      posts: { new: [unclear, unclear] },
    });
    expect(outcomes.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "new unknown",
      "loose done",
    ]);
    expect(log).toMatch(/14 list, 14 DELETE 9/);
  });

  test("is deleted once all else is clear", async () => {
    const { outcomes, live } = await applyTo([desiredKey({ remain_quota: 500 }, "declared")], {
      listed,
      prunes: true,
    });
    expect(outcomes.map(({ name, status }) => `${name} ${status}`)).toEqual(["loose done"]);
    expect(live).toEqual(["10 declared"]);
  });
});
