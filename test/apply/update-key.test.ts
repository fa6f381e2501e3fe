import { expect, test } from "vitest";
import { updateKey } from "../../src/apply/update-key.ts";
import { ok } from "../../src/model/result.ts";
import { applyContext } from "../support/apply-context.ts";
import { liveKey } from "../support/records.ts";

test("a write whose connection never opens ends, each try after a fresh read", async () => {
  const live = liveKey({ name: "ci", group: "" });
  let reads = 0;
  const seen: (number | undefined)[] = [];
  const context = applyContext({
    get: async () => {
      reads += 1;
      return ok(live);
    },
    replace: async (_record, unopened = 0) => {
      seen.push(unopened);
      return unopened < 3
        ? { kind: "paused", unopened: true }
        : { kind: "not-carried-out", code: "server-unreachable", reason: "refused" };
    },
  });
  const desired = { group: "vip" };
  const planned = [{ field: "group", before: "", after: "vip", direction: "widen" }] as const;
  const change = { action: "update", name: "ci" } as const;
  const outcome = await context.until(updateKey({ change, live, desired, planned }, context));
  expect(outcome).toMatchObject({
    status: "not_attempted",
    error: { code: "server-unreachable" },
  });
  expect(seen).toEqual([0, 1, 2, 3]);
  expect(reads).toBe(4);
});
