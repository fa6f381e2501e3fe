import { expect, test } from "vitest";
import { foldDefaults } from "../../src/init/fold-defaults.ts";
import type { WrittenField } from "../../src/init/live-fields.ts";

function entry(name: string, ...fields: readonly WrittenField[]) {
  const own: readonly WrittenField[] = [["name", name], ["remain_quota", 5], ...fields];
  return { comments: [], fields: own };
}

const GROUP: WrittenField = ["group", "vip"];

test("a value that most keys share stands in defaults, and no longer in those keys", async () => {
  const entries = [entry("a", GROUP), entry("b", GROUP), entry("c", ["group", "gold"])];
  expect(await foldDefaults(entries)).toEqual({
    defaults: [GROUP],
    entries: [entry("a"), entry("b"), entry("c", ["group", "gold"])],
  });
});

test.each([
  ["one key has it", [entry("a", GROUP)]],
  ["half of them have it", [entry("a", GROUP), entry("b", ["group", "gold"])]],
  ["one key leaves the field out", [entry("a", GROUP), entry("b", GROUP), entry("c")]],
  ["there is none", []],
])("it stays where it is when %s", async (_when, entries) => {
  expect(await foldDefaults(entries)).toEqual({ defaults: [], entries });
});

test("quota and status stand at each key, however many share them", async () => {
  const status: WrittenField = ["status", "disabled"];
  const entries = [entry("a", status), entry("b", status)];
  expect(await foldDefaults(entries)).toEqual({ defaults: [], entries });
});

test("nothing is folded where the file would declare something else", async () => {
  // A file gives the retry only beside its group, which c does not share.
  const auto: readonly WrittenField[] = [
    ["group", "auto"],
    ["cross_group_retry", true],
  ];
  const c = entry("c", ["group", "vip"], ["cross_group_retry", false]);
  const entries = [entry("a", ...auto), entry("b", ...auto), c];
  const { defaults, entries: folded } = await foldDefaults(entries);
  expect(defaults).toEqual(auto);
  expect(folded[2]).toEqual(c);
  const broken = [entry("a", ["group", 5]), entry("b", ["group", 5])];
  expect(await foldDefaults(broken)).toEqual({ defaults: [], entries: broken });
});
