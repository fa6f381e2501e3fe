import { expect, test } from "vitest";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { CHANGES, countedKeys, PLAIN, type Make } from "../support/counted-keys.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

/** How often the id or the name of a live key was looked at while a plan was made. */
function looksOf(make: Make, size: number, liveName: (at: number) => string): number {
  const { counted, looks } = countedKeys();
  const numbers = Array.from({ length: size }, (_, index) => index + 1);
  const live = numbers.map((id) => liveKey({ id, name: liveName(id) }));
  const others = numbers.map((id) => liveKey({ id: size + id, name: `other-${id}` }));
  const desired = make(
    numbers.map((id) => `new-${id}`),
    numbers.map(liveName),
  );
  const scopes = [{ glob: "*", isEmpty: false, at: desiredKey().at }];
  planKeys(
    { keys: desired, scopes, protect: ["x*"], files: [] },
    [...live, ...others].map(counted),
    {
      ...PLAIN,
      prune: { by: "delete", most: size * 2, used: false, protect: ["y*"] },
    },
  );
  return looks();
}

const WORK: Readonly<Record<string, Make>> = {
  ...CHANGES,
  "altered names": (_, live) =>
    live.map((name) => desiredKey({ remain_quota: 500 }, name.toUpperCase())),
};

test.each(Object.entries(WORK))(
  "%s and prunes: four times as many take about four times the work",
  (_, make) => {
    const liveName = (at: number): string => `live-${at}`;
    const ratio = looksOf(make, 400, liveName) / looksOf(make, 100, liveName);
    expect(ratio).toBeLessThan(5.5);
  },
);

test("more notes than a call takes arguments are counted like any others", () => {
  const names = Array.from({ length: 45_000 }, (_, at) => `n${at}`);
  const desired = names.map((name) =>
    desiredKey({ expired_time: NOW + 60, remain_quota: 7 }, name),
  );
  const live = names.flatMap((name, at) => [
    liveKey({ id: 1 + at, name }),
    liveKey({ id: 50_001 + at, name: name.toUpperCase() }),
  ]);
  const plan = planKeys({ keys: desired, scopes: [], protect: [], files: [] }, live, {
    ...PLAIN,
    createOnly: true,
    expiringWithin: 3_600,
  });
  expect(plan.diagnostics.at(-1)?.message).toMatch(/more/);
});
