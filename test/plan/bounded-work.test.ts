import { expect, test } from "vitest";
import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import { sha256 } from "../../src/model/sha256.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { absentKey, desiredKey, liveKey, NOW } from "../support/records.ts";

/** What is declared: by new names, or by those of live keys, which are half of all that are live. */
type Make = (names: readonly string[], live: readonly string[]) => readonly DesiredKey[];

/** How often the id or the name of a live key was looked at while a plan was made. */
function looksOf(make: Make, size: number, liveName: (at: number) => string): number {
  let looks = 0;
  const counted = (key: LiveKey): LiveKey => {
    const seen = { ...key };
    for (const field of ["id", "name"] as const) {
      const get = (): unknown => {
        looks += 1;
        return key[field];
      };
      Object.defineProperty(seen, field, { get, enumerable: true });
    }
    return seen;
  };
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
      now: NOW,
      only: [],
      createOnly: false,
      denyWidening: false,
      hash: sha256,
      origin: "http://127.0.0.1",
      prune: { by: "delete", most: size * 2, used: false, protect: ["y*"] },
    },
  );
  return looks;
}

const WORK: Readonly<Record<string, Make>> = {
  creates: (names) => names.map((name) => desiredKey({ remain_quota: 500 }, name)),
  updates: (_, live) => live.map((name) => desiredKey({ remain_quota: 700 }, name)),
  renames: (names, live) =>
    names.map((name, index) => ({
      ...desiredKey({ remain_quota: 500 }, name),
      ...(live[index] === undefined ? {} : { renamedFrom: live[index] }),
    })),
  deletes: (_, live) => live.map((name) => absentKey(name)),
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
    now: NOW,
    only: [],
    createOnly: true,
    denyWidening: false,
    hash: sha256,
    origin: "http://127.0.0.1",
    expiringWithin: 3_600,
  });
  expect(plan.diagnostics.at(-1)?.message).toMatch(/more/);
});
