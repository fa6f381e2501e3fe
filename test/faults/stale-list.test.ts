import { describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/server.ts";
import type { Gatekeeper, PassingAnswer } from "./gateway.ts";
import { resultsOf } from "./judge.ts";
import { atPlace, type Place } from "./place.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `fresh-${index + 10}`);
const ENTRIES = NAMES.map((name) => `{ name: ${name}, remain_quota: 500 }`);

const LIMITED: PassingAnswer = { status: 429, headers: { "Retry-After": "3" }, body: "" };

/** The names that are not there exactly once. */
function notOnce({ store }: Sandbox, names: readonly string[] = NAMES): readonly string[] {
  return names.filter((name) => store.all().filter((key) => key.name === name).length !== 1);
}

/** What a run said about its creates that the server's records do not bear out. */
function untrue(run: Parameters<typeof resultsOf>[0], { store }: Sandbox): readonly unknown[] {
  return resultsOf(run).filter(({ name, status, id }) => {
    const there = store.all().some((key) => key.id === id && key.name === name);
    return status === "done" ? !there : true;
  });
}

describe("a create that was held back is not sent on the list of before", () => {
  it.concurrent.each([
    ["one key", ENTRIES.slice(0, 1), NAMES.slice(0, 1)],
    ["twelve keys", ENTRIES, NAMES],
  ])("%s, a pause, and a second run meanwhile", async (_, entries, names) => {
    let place: Place | undefined;
    let meanwhile: Promise<unknown> | undefined;
    let open = false;
    const gatekeeper: Gatekeeper = async ({ method }, forward) => {
      if (method !== "POST" || open || place === undefined) return forward();
      // The other run goes through while the first one's creates are being told to wait.
      if (meanwhile === undefined) {
        meanwhile = second(place);
        await meanwhile;
        open = true;
      }
      return LIMITED;
    };
    const second = async ({ sandbox, run }: Place): Promise<void> => {
      const env = `--base-url ${sandbox.url}`;
      const made = await run(`apply --auto-approve --format json ${env}`);
      expect(made.code).toBe(0);
    };
    await atPlace({ entries, gatekeeper }, async (here) => {
      place = here;
      const run = await here.apply("--settle 5s");
      expect(run.code).toBe(0);
      expect(notOnce(here.sandbox, names)).toEqual([]);
      expect(untrue(run, here.sandbox)).toEqual([]);
      // What the second run created is shown by the relist after the pause, and is not posted.
      const posts = here.sandbox.requests.filter(({ method }) => method === "POST");
      expect(posts).toHaveLength(names.length);
    });
  });
});

describe("a list that lags behind is taken for what it is", () => {
  /** Lists leave out what was created less than `lagMs` ago, and count as if it were not there. */
  function lagging(lagMs: number, sandboxOf: () => Sandbox, onCreate: () => void): Gatekeeper {
    const madeAt = new Map<number, number>();
    return async ({ method, path }, forward) => {
      const answer = await forward();
      if (method === "POST") {
        for (const { id } of sandboxOf().store.all()) {
          if (!madeAt.has(id)) madeAt.set(id, performance.now());
        }
        onCreate();
      }
      if (method !== "GET" || !path.startsWith("/api/token/?")) return answer;
      const body = JSON.parse(answer.body);
      const isShown = ({ id }: { readonly id: number }): boolean =>
        performance.now() - (madeAt.get(id) ?? -Infinity) >= lagMs;
      const items = (body.data.items ?? []).filter(isShown);
      const data = { ...body.data, items, total: items.length };
      return { ...answer, body: JSON.stringify({ ...body, data }) };
    };
  }

  it.concurrent("two runs, a replica two seconds behind: one key, and both say so", async () => {
    let place: Place | undefined;
    let second: Promise<Awaited<ReturnType<Place["apply"]>>> | undefined;
    const sandboxOf = (): Sandbox => {
      if (place === undefined) throw new Error("no place yet");
      return place.sandbox;
    };
    const gatekeeper = lagging(2_000, sandboxOf, () => {
      second ??= place?.apply("--settle 5s");
    });
    await atPlace({ seed: [], entries: ENTRIES.slice(0, 1), gatekeeper }, async (here) => {
      place = here;
      const first = await here.apply("--settle 5s");
      const other = await second;
      if (other === undefined) throw new Error("no second run");
      expect([first.code, other.code]).toEqual([0, 0]);
      expect(notOnce(here.sandbox, NAMES.slice(0, 1))).toEqual([]);
      expect(untrue(first, here.sandbox)).toEqual([]);
      expect(untrue(other, here.sandbox)).toEqual([]);
    });
  });
});

describe("a commit that lands after its create was sent again", () => {
  it.concurrent("is seen a settle time after the repeat, and removed", async () => {
    await atPlace({ seed: [], entries: ENTRIES.slice(0, 1) }, async (here) => {
      here.faults("post late:9000 #1");
      const run = await here.apply("--settle 5s");
      expect(run.code).toBe(0);
      expect(here.sandbox.requests.filter(({ method }) => method === "POST")).toHaveLength(2);
      expect(notOnce(here.sandbox, NAMES.slice(0, 1))).toEqual([]);
      expect(untrue(run, here.sandbox)).toEqual([]);
    });
  });
});

describe("a server that alters names", () => {
  it.concurrent("is told with the id and the name it stored", async () => {
    const gatekeeper: Gatekeeper = async (request, forward) => {
      if (request.method !== "POST") return forward();
      return forward({ body: request.body.replace("Fresh-Key", "fresh-key") });
    };
    const entries = ["{ name: Fresh-Key, remain_quota: 500 }"];
    await atPlace({ seed: [], entries, gatekeeper }, async (here) => {
      const run = await here.apply();
      const [key] = here.sandbox.store.all();
      expect(run.code).toBe(8);
      expect(resultsOf(run)).toMatchObject([
        {
          name: "Fresh-Key",
          status: "unknown",
          id: key?.id,
          error: { message: expect.stringContaining(`new key ${key?.id} named "fresh-key"`) },
        },
      ]);
    });
  });
});

describe("relists run beside creates that take long", () => {
  it.concurrent("at most one for each half of the settle time, and one page each", async () => {
    const sentAt: number[] = [];
    const gatekeeper: Gatekeeper = async ({ method }, forward) => {
      if (method === "POST") sentAt.push(performance.now());
      return forward();
    };
    const settleMs = 1_000;
    const options = { seed: [], entries: ENTRIES, gatekeeper, latencyMs: 200 };
    await atPlace(options, async (here) => {
      const run = await here.apply("--settle 1s --concurrency 1");
      expect(run.code).toBe(0);
      const lists = here.sandbox.requests.filter(({ path }) => path.includes("?p=")).length;
      const tookMs = (sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0);
      // One for the plan, one look afterwards, and one more where the last create just needed it.
      const allowed = 2 + Math.ceil(NAMES.length / 100) + Math.floor(tookMs / (settleMs / 2));
      expect(lists).toBeGreaterThan(3);
      expect(lists).toBeLessThanOrEqual(allowed);
    });
  });
});
