import * as fc from "../support/fast-check.ts";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { loadDesired } from "../../src/config/load-desired.ts";
import type { DesiredFields } from "../../src/model/fields.ts";

type Entry = Readonly<Record<string, unknown>>;

/** Two spellings of one value each. */
interface Spellings {
  readonly plain: Entry;
  readonly other: Entry;
}

const pair = (plain: Entry, other: Entry): Spellings => ({ plain, other });

const quota = fc.oneof(
  fc.nat().map((n) => pair({ remain_quota: n }, { remain_quota: n, unlimited_quota: false })),
  fc.constant(pair({ unlimited_quota: true }, { unlimited_quota: true })),
);

const expiry = fc.oneof(
  fc.constant(pair({}, {})),
  fc.constant(pair({ expired_time: -1 }, { expired_time: "never" })),
  fc.integer({ min: 1, max: 40_000 }).map((day) => {
    const second = day * 86_400 - 1;
    const date = new Date(second * 1000).toISOString();
    return pair({ expired_time: second }, { expired_time: date.slice(0, 10) });
  }),
  fc.integer({ min: 1, max: 4_000_000_000 }).map((second) => {
    const east = new Date((second + 19_800) * 1000).toISOString().slice(0, 19);
    return pair({ expired_time: second }, { expired_time: `${east}+05:30` });
  }),
);

const models = fc
  .uniqueArray(fc.constantFrom("gpt-4o", "gpt-4o-mini", "claude-sonnet-4", "o3:free"))
  .chain((ids) => fc.tuple(fc.constant(ids), shuffled(ids)))
  .map(([ids, mixed]) => pair({ model_limits: ids }, { model_limits: mixed.join(" , ") }));

const ADDRESSES: readonly (readonly [string, string])[] = [
  ["10.0.0.1", "10.0.0.1/32"],
  ["2001:db8::1", "2001:0DB8:0:0::0001/128"],
  ["192.0.2.1", "::ffff:192.0.2.1"],
  ["10.0.0.0/8", "::ffff:10.0.0.0/104"],
  ["2001:db8::/32", "2001:DB8:0::/32"],
];

const addresses = fc
  .subarray([...ADDRESSES])
  .chain((chosen) => fc.tuple(fc.constant(chosen), shuffled(chosen)))
  .map(([chosen, mixed]) =>
    pair(
      { allow_ips: chosen.map(([address]) => address) },
      { allow_ips: mixed.length === 0 ? null : mixed.map(([, spelling]) => spelling).join("\n") },
    ),
  );

const group = fc.constantFrom(
  pair({}, {}),
  pair({ group: "vip" }, { group: "vip", cross_group_retry: false }),
  pair({ group: "auto", cross_group_retry: true }, { cross_group_retry: true, group: "auto" }),
);

const status = fc.constantFrom(
  pair({}, {}),
  pair({ status: "enabled" }, { status: 1 }),
  pair({ status: "disabled" }, { status: 2 }),
);

const key = fc
  .tuple(quota, expiry, models, addresses, group, status)
  .map((parts) =>
    pair(
      Object.assign({}, ...parts.map(({ plain }) => plain)),
      Object.assign({}, ...parts.toReversed().map(({ other }) => other)),
    ),
  );

function shuffled<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

/** What a file declares, by name, the lists in one order. */
function declared(keys: readonly Entry[], flow: boolean): ReadonlyMap<string, DesiredFields> {
  const text = stringify({ keys, version: 1 }, { collectionStyle: flow ? "flow" : "any" });
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect({ text, errors }).toEqual({ text, errors: [] });
  return new Map(desired?.keys.map(({ name, fields }) => [name, sorted(fields)]));
}

function sorted(fields: DesiredFields): DesiredFields {
  const { allow_ips, model_limits } = fields;
  return {
    ...fields,
    ...(allow_ips && { allow_ips: allow_ips.toSorted() }),
    ...(model_limits && { model_limits: model_limits.toSorted() }),
  };
}

test("order and spelling of a file do not change what it declares", () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 6 }), fc.boolean(), (keys, flow) => {
      const plain = keys.map(({ plain }, index) => ({ name: `key-${index}`, ...plain }));
      const other = keys.map(({ other }, index) => ({ ...other, name: `key-${index}` }));
      expect(declared(other.toReversed(), flow)).toEqual(declared(plain, false));
    }),
    { numRuns: 150 },
  );
});

test("defaults say the same as the field written in every key", () => {
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 4 }), ({ plain }, count) => {
      const names = Array.from({ length: count }, (_, index) => ({ name: `key-${index}` }));
      const text = stringify({ version: 1, defaults: plain, keys: names });
      const { desired } = loadDesired([{ file: "keys.yaml", text }]);
      const written = declared(
        names.map((name) => ({ ...name, ...plain })),
        false,
      );
      expect(new Map(desired?.keys.map(({ name, fields }) => [name, sorted(fields)]))).toEqual(
        written,
      );
    }),
    { numRuns: 100 },
  );
});
