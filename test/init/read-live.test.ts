import { afterAll, beforeEach, expect, test, vi } from "vitest";
import type { LiveKey } from "../../src/model/key.ts";
import { liveKey, NOW } from "../support/records.ts";

// Other test files of this process have loaded these two modules, and will again.
const LOADER = "../../src/config/load-desired.ts";
vi.resetModules();
vi.doMock(LOADER, { spy: true });
const { loadDesired } = await import("../../src/config/load-desired.ts");
const { liveReader } = await import("../../src/init/read-live.ts");
afterAll(() => {
  vi.doUnmock(LOADER);
  vi.resetModules();
});

beforeEach(() => void vi.mocked(loadDesired).mockClear());

/** How often a text was read for each of these keys. */
function readings(...keys: readonly Partial<LiveKey>[]): readonly number[] {
  const read = liveReader(NOW, () => false);
  return keys.map((fields, index) => {
    const before = vi.mocked(loadDesired).mock.calls.length;
    read([liveKey({ id: index + 1, name: `k${index}`, ...fields })]);
    return vi.mocked(loadDesired).mock.calls.length - before;
  });
}

const UNFIT = {
  model_limits_enabled: true,
  model_limits: "a b,c",
  group: " g",
  allow_ips: "zz",
} as const;

test("a key that fits, or has a name that no file can have, is read once", () => {
  expect(readings({}, { name: "x".repeat(51), ...UNFIT })).toEqual([1, 1]);
});

test("what a value is refused for is found at once for all fields, and remembered", () => {
  expect(readings(UNFIT, UNFIT, { ...UNFIT, group: " other" })).toEqual([2, 1, 2]);
});

test("what the server reads otherwise is found at once too, for each key anew", () => {
  const odd = { model_limits_enabled: true, model_limits: "a, b", allow_ips: "10.0.0.1 \n" };
  const found = readings(odd, odd);
  expect(Math.max(...found)).toBeLessThanOrEqual(3);
});

test("each field that is left out has its own reason, in the order of the fields", () => {
  const live = liveKey({ name: "a", ...UNFIT, group: " g\n    allow_ips: 1" });
  const { entry, notes } = liveReader(NOW, () => false)([live]);
  expect(entry?.fields.map(([field]) => field)).toEqual(["name", "remain_quota", "expired_time"]);
  expect(notes.map(({ message }) => /: ([a-z_, ]+) left out: /.exec(message)?.[1])).toEqual([
    "model_limits",
    "allow_ips",
    "group",
  ]);
});
