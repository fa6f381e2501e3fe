import { describe, expect, test } from "vitest";
import type { KeysWriter } from "../../src/api/keys-api.ts";
import { done, failed, unknown } from "../../src/apply/outcomes.ts";
import { tellLateDuplicates } from "../../src/apply/late-duplicates.ts";
import { err, ok } from "../../src/model/result.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { createStop } from "../../src/run/stop.ts";
import { applyContext } from "../support/apply-context.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

const { at: AT } = desiredKey();
const OWN = liveKey({ id: 11, name: "a" });
const LATE = liveKey({ id: 30, name: "a" });

/** How the create of a, which had ended well, is told where only a relist that was overtaken shows LATE. */
async function told(
  get: KeysWriter["get"],
  { isStopped = false, seen = [OWN], late = [LATE] } = {},
) {
  const base = applyContext({ get });
  const stop = createStop(base.clock, 900_000);
  if (isStopped) stop.begin("sigint");
  const change = planKey(desiredKey({}, "a"), { records: [], sources: [] }, NOW);
  if (change === undefined) throw new Error("nothing to create");
  const outcome = done({ action: "create", name: "a" }, OWN.id);
  const shown = { seen, late };
  const [ended] = await tellLateDuplicates([{ change, outcome }], shown, { ...base, stop });
  return [ended?.status, ended?.error?.message].filter(Boolean).join(" ");
}

describe("a second key that only a list shows which a later one overtook", () => {
  test("is told where it is still live", async () => {
    expect(await told(async () => ok(LATE))).toMatch(
      /^failed 2 live keys have this name \(ids 11, 30\)/,
    );
  });

  test("is not told where it has gone, or has another name by now", async () => {
    expect(await told(async () => ok(undefined))).toBe("done");
    expect(await told(async () => ok({ ...LATE, name: "b" }))).toBe("done");
  });

  test("is not told where it cannot be read, or may not be any more", async () => {
    const gone = { code: "server-unreachable", message: "gone" } as const;
    expect(await told(async () => err(gone))).toBe("done");
    expect(await told(async () => ok(LATE), { isStopped: true })).toBe("done");
  });

  test("is not asked for where it is the created key, or another name's", async () => {
    const never: KeysWriter["get"] = () => Promise.reject(new Error("asked for"));
    expect(await told(never, { late: [OWN] })).toBe("done");
    expect(await told(never, { late: [{ ...LATE, name: "b" }] })).toBe("done");
  });
});

describe("a key of which the newest list shows only another of its name", () => {
  const only = { seen: [LATE], late: [] };

  test("is read, and told with it where it is live", async () => {
    expect(await told(async () => ok(OWN), only)).toMatch(
      /^failed 2 live keys have this name \(ids 30, 11\)/,
    );
  });

  test("is not said to be done where it is gone, or cannot be read, or may not be any more", async () => {
    const unread = err({ code: "server-unreachable", message: "gone" } as const);
    const message =
      "unknown key 11 was created, but the last list shows key 30 under its name instead; plan again";
    expect(await told(async () => ok(undefined), only)).toBe(message);
    expect(await told(async () => unread, only)).toBe(message);
    expect(await told(async () => ok(OWN), { ...only, isStopped: true })).toBe(message);
  });

  test("is not read where no list shows another", async () => {
    const never: KeysWriter["get"] = () => Promise.reject(new Error("asked for"));
    expect(await told(never, { seen: [], late: [] })).toBe("done");
  });
});

test("a key that is not as declared is told with another of its name, unless both were told", async () => {
  const change = planKey(desiredKey({}, "a"), { records: [], sources: [] }, NOW);
  if (change === undefined) throw new Error("nothing to create");
  const tell = async (code: "key-in-use" | "duplicates", message: string) => {
    const outcome = failed({ action: "create", name: "a" }, code, message, OWN.id);
    const shown = { seen: [OWN, LATE], late: [] };
    const [ended] = await tellLateDuplicates([{ change, outcome }], shown, applyContext({}));
    return ended?.error?.message;
  };
  expect(await tell("key-in-use", "key 11 has this name and is in use")).toBe(
    "key 11 has this name and is in use; but key 30 has this name by now: plan again",
  );
  const both = "2 live keys have this name (ids 11, 30)";
  expect(await tell("duplicates", both)).toBe(both);
});

test("a create of which its own list did not tell says which key has the name by a later one", async () => {
  const change = planKey(desiredKey({}, "a"), { records: [], sources: [] }, NOW);
  if (change === undefined) throw new Error("nothing to create");
  const outcome = unknown(change, "no clear answer and no such key in the list so far");
  const shown = { seen: [LATE], late: [] };
  expect(await tellLateDuplicates([{ change, outcome }], shown, applyContext({}))).toMatchObject([
    {
      status: "unknown",
      id: LATE.id,
      error: {
        message: expect.stringMatching(/so far; but key 30 has this name by now: plan again$/),
      },
    },
  ]);
});

describe("a key that was left on its way", () => {
  const change = planKey(
    { ...desiredKey({}, "a"), deliver: [{ sink: { kind: "exec", argv: ["put"] }, at: AT }] },
    { records: [], sources: [] },
    NOW,
  );
  const told = async (code: "not-delivered" | "duplicates", message: string) => {
    if (change === undefined) throw new Error("nothing to create");
    const outcome = failed({ action: "create", name: "a" }, code, message, OWN.id);
    const [ended] = await tellLateDuplicates(
      [{ change, outcome }],
      { seen: [LATE], late: [] },
      applyContext({}),
    );
    return ended?.error?.message;
  };

  test("is told with another key of its name, whatever number the message holds", async () => {
    expect(await told("not-delivered", "exit code 30")).toBe(
      "exit code 30; but key 30 has this name by now: plan again",
    );
    const counted = ["30 live keys have this name (ids 11, 12)", "(ids 11, 12 and 30 more)"];
    for (const message of counted) {
      const ended = await told("duplicates", message);
      expect(ended).toMatch(/; but key 30 has this name by now: plan again$/);
    }
  });

  test("is not told with it twice", async () => {
    const message = "2 live keys have this name (ids 11, 30); delete all but one by hand";
    expect(await told("duplicates", message)).toBe(message);
  });
});
