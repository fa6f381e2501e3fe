import { createHash } from "node:crypto";
import { expect, test, vi } from "vitest";
import { planAdoption } from "../../src/plan/adopt.ts";
import { liveKey } from "../support/records.ts";

function adopt(keys: readonly (readonly [id: number, name: string])[], id: number, name: string) {
  const planned = planAdoption(
    keys.map(([of, called]) => liveKey({ id: of, name: called })),
    {
      id,
      name,
      origin: "https://api.example.com",
      hash: (text) => createHash("sha256").update(text).digest("hex"),
    },
  );
  if (!planned.ok) return `${planned.error.code}: ${planned.error.message}`;
  return planned.value.changes.map((change) => `${"id" in change ? change.id : ""} ${change.name}`);
}

test.each<[string, readonly (readonly [number, string])[], number, string, unknown]>([
  ["the only one stays as it is", [[1, "a"]], 1, "a", []],
  [
    "the others get names with their ids",
    [
      [1, "a"],
      [2, "a"],
      [3, "a"],
    ],
    2,
    "a",
    ["1 a-duplicate-1", "3 a-duplicate-3"],
  ],
  [
    "one of another name comes last",
    [
      [1, "a"],
      [2, "b"],
    ],
    2,
    "a",
    ["1 a-duplicate-1", "2 a"],
  ],
  [
    "a long name is cut to fit",
    [
      [1, "n".repeat(50)],
      [7, "b"],
    ],
    7,
    "n".repeat(50),
    [`1 ${"n".repeat(38)}-duplicate-1`, `7 ${"n".repeat(50)}`],
  ],
  [
    "by bytes, which some servers count",
    [
      [1, "é".repeat(25)],
      [7, "b"],
    ],
    7,
    "é".repeat(25),
    [`1 ${"é".repeat(19)}-duplicate-1`, `7 ${"é".repeat(25)}`],
  ],
  [
    "without a space before the ending",
    [
      [1, `${"n".repeat(37)} b`],
      [2, `${"n".repeat(37)} b`],
    ],
    2,
    `${"n".repeat(37)} b`,
    [`1 ${"n".repeat(37)}-duplicate-1`],
  ],
  [
    "an id that is not there",
    [
      [1, "a"],
      [2, "a"],
    ],
    9,
    "a",
    "usage: --id 9: there is no such live key",
  ],
  [
    "a name that is taken",
    [
      [1, "a"],
      [2, "a"],
      [3, "a-duplicate-1"],
    ],
    2,
    "a",
    'duplicates: key 1 would be renamed to "a-duplicate-1", and a live key has that name',
  ],
])("%s", (_case, keys, id, name, expected) => {
  expect(adopt(keys, id, name)).toEqual(expected);
});

test("another Unicode form of the name is the same name, and what is too long to be one is left as it is", () => {
  const name = "caf\u00e9 \u4e3d";
  const other = "cafe\u0301 \u{2f800}";
  expect(other.normalize("NFC")).toBe(name);
  const long = `a${"\u0315\u0300".repeat(30_000)}`;
  const normalize = vi.spyOn(String.prototype, "normalize");
  const changes = adopt(
    [
      [1, name],
      [2, other],
      [3, long],
    ],
    1,
    name,
  );
  const lengths = normalize.mock.contexts.map((text) => String(text).length);
  normalize.mockRestore();
  expect(changes).toEqual([`2 ${name}-duplicate-2`]);
  expect(Math.max(...lengths)).toBeLessThan(100);
});
