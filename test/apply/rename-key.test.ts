import { describe, expect, test } from "vitest";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import { createFreshList } from "../../src/apply/fresh-list.ts";
import { isRename, renameRefused } from "../../src/apply/rename-key.ts";
import type { LiveKey } from "../../src/model/key.ts";
import { sleep } from "../../src/model/ports.ts";
import { err, ok } from "../../src/model/result.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { applyContext } from "../support/apply-context.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";
import { applyTo, type CreateScript } from "../support/create-server.ts";

const RENAMED = { ...desiredKey({}, "new"), renamedFrom: "old" };
const OLD = liveKey({ id: 9, name: "old" });
const TOP = liveKey({ id: 10, name: "listed" });

async function rename(script: CreateScript = {}, others = 0) {
  const creates = Array.from({ length: others }, (_, n) => desiredKey({}, `k${n}`));
  const { outcomes, log, live } = await applyTo([RENAMED, ...creates], {
    listed: [TOP, OLD],
    ...script,
  });
  const outcome = outcomes.find(({ name }) => name === "new");
  const said = [outcome?.status, outcome?.error?.code, outcome?.error?.message]
    .filter(Boolean)
    .join(" ");
  return { said, log, live };
}

/** A key of the new name that another hand makes. */
function taken(at: number): CreateScript {
  return { others: [{ at, key: liveKey({ id: 30, name: "new" }) }] };
}

describe("renaming a key", () => {
  test("keeps it, and looks afterwards whether the name is its own", async () => {
    expect(await rename()).toEqual({
      said: "done",
      log: "0 PUT 9, 0 newest",
      live: ["10 listed", "9 new"],
    });
  });

  test("is not made where another key has got the name since", async () => {
    const { said, log, live } = await rename(
      { ...taken(1_000), posts: { k0: [{ takes: 3_000 }] } },
      1,
    );
    expect(said).toBe(
      "failed duplicates not renamed: key 30 has got this name since the plan was made; plan again",
    );
    expect(log).not.toMatch(/PUT/);
    expect(live).toContain("9 old");
  });

  test("is told as one of two where the look shows another key of that name", async () => {
    const { said, live } = await rename({
      onPut: (keys) => keys.add(liveKey({ id: 30, name: "new" })),
    });
    expect(said).toMatch(/^failed duplicates 2 live keys have this name \(ids 9, 30\)/);
    expect(live).toEqual(["30 new", "10 listed", "9 new"]);
  });
});

describe("the list a rename rests on", () => {
  /** What refuses a rename, the plan's list being that old, and how often the list was read again. */
  async function refusal(ageMs: number, listSince: KeysWriter["listSince"]) {
    let relists = 0;
    const counted: KeysWriter["listSince"] = (...of) => {
      relists += 1;
      return listSince(...of);
    };
    const context = applyContext({ listSince: counted }, [TOP, OLD]);
    await context.until(sleep(context.clock, ageMs));
    const change = planKey(RENAMED, { records: [], sources: [OLD] }, NOW);
    if (change === undefined || !isRename(change)) throw new Error("no rename");
    const refused = await renameRefused(change, undefined, context, createFreshList(context));
    return { relists, error: refused?.error };
  }
  const shows = async (...keys: readonly LiveKey[]) =>
    ok({ keys, total: 3, whole: true, sentAt: Infinity, hasGap: false });

  test("is the plan's for half the settle time", async () => {
    expect(await refusal(2_500, () => shows())).toEqual({ relists: 0, error: undefined });
  });

  test("is read again when it is older", async () => {
    expect(await refusal(2_501, () => shows())).toEqual({ relists: 1, error: undefined });
  });

  test("keeps the rename from being made when it shows the name", async () => {
    const { error } = await refusal(3_000, () => shows(liveKey({ id: 30, name: "new" })));
    expect(error?.code).toBe("duplicates");
  });

  test("does not, where the key itself has got its name", async () => {
    const { error } = await refusal(3_000, () => shows({ ...OLD, name: "new" }));
    expect(error).toBe(undefined);
  });

  test("has to be read, or nothing is renamed", async () => {
    const gone = { code: "server-unreachable", message: "gone" } as const;
    const { error } = await refusal(3_000, async () => err(gone));
    expect(error).toEqual({
      code: "server-unreachable",
      message: "the list of keys could not be read again before it: gone",
    });
  });
});
