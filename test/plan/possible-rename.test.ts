import { expect, test } from "vitest";
import type { DesiredKey } from "../../src/model/key.ts";
import { planKey } from "../../src/plan/plan-key.ts";
import { possibleRenames } from "../../src/plan/possible-rename.ts";
import { desiredKey, liveKey, NOW } from "../support/records.ts";

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
