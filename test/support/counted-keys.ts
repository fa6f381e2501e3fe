import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import { sha256 } from "../../src/model/sha256.ts";
import type { PlanOptions } from "../../src/plan/plan-keys.ts";
import { absentKey, desiredKey, NOW } from "./records.ts";

/** Live keys that count how often their id or name is looked at. */
export function countedKeys() {
  let looks = 0;
  return {
    counted: (key: LiveKey): LiveKey => {
      const seen = { ...key };
      for (const field of ["id", "name"] as const) {
        const get = (): unknown => {
          looks += 1;
          return key[field];
        };
        Object.defineProperty(seen, field, { get, enumerable: true });
      }
      return seen;
    },
    /** Since it was asked for last. */
    looks: (): number => {
      const counted = looks;
      looks = 0;
      return counted;
    },
  };
}

/** What is declared: by new names, or by those of live keys. */
export type Make = (names: readonly string[], live: readonly string[]) => readonly DesiredKey[];

/** Without any flag. */
export const PLAIN: PlanOptions = {
  now: NOW,
  only: [],
  createOnly: false,
  denyWidening: false,
  hash: sha256,
  origin: "http://127.0.0.1",
};

/** A change for each key, of every kind. */
export const CHANGES: Readonly<Record<string, Make>> = {
  creates: (names) => names.map((name) => desiredKey({ remain_quota: 500 }, name)),
  updates: (_, live) => live.map((name) => desiredKey({ remain_quota: 700 }, name)),
  renames: (names, live) =>
    names.map((name, index) => ({
      ...desiredKey({ remain_quota: 500 }, name),
      ...(live[index] === undefined ? {} : { renamedFrom: live[index] }),
    })),
  deletes: (_, live) => live.map((name) => absentKey(name)),
};
