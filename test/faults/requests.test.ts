import { describe, expect, it } from "vitest";
import { undeclaredIn, untruths } from "./judge.ts";
import { atPlace, type Place } from "./place.ts";

/** `METHOD path` of every request, with the page size left out and ids turned into names. */
function requestsOf({ sandbox, before }: Place): readonly string[] {
  return sandbox.requests.map(({ method, path, body }) => {
    const id = /^\/api\/token\/(\d+)$/.exec(path)?.[1] ?? /"id":(\d+)/.exec(body)?.[1];
    const name =
      before.find((key) => String(key.id) === id)?.name ?? /"name":"([^"]*)"/.exec(body)?.[1];
    const status = path.includes("status_only") ? " status" : "";
    return `${method}${status} ${name ?? path.replace(/&page_size=100&size=100$/, "")}`;
  });
}

const LIST = "GET /api/token/?p=1";

describe("an apply without faults sends the fewest requests that do the job, in one order", () => {
  it("one list, one POST for each create and one look; GET PUT GET; five for a revival; GET DELETE and the list", async () => {
    await atPlace({}, async (place) => {
      const run = await place.apply("--concurrency 1 --settle 60s");
      expect(run).toMatchObject({ code: 0 });
      expect(requestsOf(place)).toEqual([
        LIST,
        "POST new-free",
        "POST new-narrow",
        "POST new-plain",
        LIST,
        "GET old-plain",
        "PUT old-plain",
        "GET old-plain",
        "GET old-spent",
        "PUT old-spent",
        "GET old-spent",
        "PUT status old-spent",
        "GET old-spent",
        "GET gone",
        "DELETE gone",
        LIST,
      ]);
      expect(untruths(run, place.sandbox.store.all(), place.before)).toEqual([]);
      expect(undeclaredIn(place.sandbox.store.all(), place.before)).toEqual([]);
      expect(run.stderr).not.toContain("Waiting");
    });
  });

  it("several at a time send the same requests, and a second run only lists", async () => {
    await atPlace({}, async (place) => {
      expect(await place.apply("--settle 60s")).toMatchObject({ code: 0 });
      expect(place.sandbox.requests).toHaveLength(16);
      expect(await place.apply("--settle 60s")).toMatchObject({ code: 0 });
      expect(requestsOf(place).slice(16)).toEqual([LIST]);
    });
  });

  it("a list of several pages costs page 1 once more before the first write", async () => {
    const seed = Array.from({ length: 150 }, (_, index) => ({ name: `live-${index}` }));
    await atPlace({ seed, entries: ["{ name: fresh, remain_quota: 1 }"] }, async (place) => {
      expect(await place.apply("--settle 60s")).toMatchObject({ code: 0 });
      expect(requestsOf(place)).toEqual([LIST, "GET /api/token/?p=2", LIST, "POST fresh", LIST]);
    });
  });
});
