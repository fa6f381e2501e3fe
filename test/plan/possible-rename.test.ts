import { expect, test } from "vitest";
import type { DesiredKey } from "../../src/model/key.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { possibleRenames } from "../../src/plan/possible-rename.ts";
import { createBody } from "../../src/plan/record.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";
import { storeCreate } from "../support/stored-records.ts";

const KEYS = Array.from({ length: 12 }, (_, n) => n);

const notesOf = (desired: readonly DesiredKey[]): readonly string[] => {
  const changes = desired.flatMap((key) => planKey(key, { records: [] }, NOW) ?? []);
  const unmanaged = [liveKey({ name: "old" })];
  return possibleRenames(changes, unmanaged).map(({ message }) => message);
};

test("a declared source that is not live is told for every key", () => {
  const notes = notesOf(
    KEYS.map((n) => ({ ...desiredKey({ remain_quota: 500 }, `k${n}`), renamedFrom: `lost${n}` })),
  );
  expect(notes).toEqual(
    KEYS.map((n) => expect.stringMatching(`^no live key is named "lost${n}", from which "k${n}"`)),
  );
});

test("guesses are told for ten keys, for more say nothing of one", () => {
  const notes = notesOf(KEYS.map((n) => desiredKey({ remain_quota: 500, allow_ips: [] }, `k${n}`)));
  expect(notes).toHaveLength(10);
  expect(notes[0]).toMatch(/^"k0" would be a new key with the fields of "old" \(id 1\)/);
});

test("nothing is guessed of keys with very long lists", () => {
  const notesWith = (count: number): number => {
    const model_limits = KEYS.flatMap((n) =>
      Array.from({ length: count / KEYS.length }, (_, at) => `model-${n}-${at}`),
    );
    const fields = { unlimited_quota: true, model_limits, model_limits_enabled: true };
    const change = planKey(desiredKey(fields, "new"), { records: [] }, NOW);
    const live = storeCreate(createBody("old", fields), 1);
    return possibleRenames(change === undefined ? [] : [change], [live]).length;
  };
  expect([notesWith(600), notesWith(1_200)]).toEqual([1, 0]);
});
