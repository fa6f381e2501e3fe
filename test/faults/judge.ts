import { isDeepStrictEqual } from "node:util";
import type { TokenRecord } from "../../src/sandbox/record.ts";
import type { CliRun } from "../support/run-cli.ts";
import { CHANGES, CREATED, DELETED, UPDATED } from "./scenario.ts";

export interface ReportedResult {
  readonly action: string;
  readonly name: string;
  readonly status: string;
  readonly id?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The results of a run, which must have written exactly one JSON document. */
export function resultsOf({ stdout }: CliRun): readonly ReportedResult[] {
  return JSON.parse(stdout).results;
}

/** In what the account is not as declared: names that are not there once, fields that differ. */
export function undeclaredIn(
  records: readonly TokenRecord[],
  before: readonly TokenRecord[],
): readonly string[] {
  const names = [...Object.keys(CREATED), ...Object.keys(UPDATED)];
  return [
    ...names.flatMap((name) => {
      const [only, ...more] = named(records, name);
      if (only === undefined || more.length > 0)
        return [`${name} is there ${more.length + (only ? 1 : 0)} times`];
      return differing(only, expected(name, before)).map((field) => `${name}: ${field} differs`);
    }),
    ...named(records, DELETED).map(({ id }) => `${DELETED} ${id} is still there`),
    ...touched(records, before),
  ];
}

/** Keys that nobody may have changed, and records nobody asked for. */
export function touched(
  records: readonly TokenRecord[],
  before: readonly TokenRecord[],
): readonly string[] {
  const managed = new Set([...Object.keys(CREATED), ...Object.keys(UPDATED), DELETED]);
  const others = (all: readonly TokenRecord[]) => all.filter(({ name }) => !managed.has(name));
  return isDeepStrictEqual(others(records), others(before))
    ? []
    : ["an undeclared key was touched"];
}

/** What a report says that the account does not bear out; every change must be accounted for. */
export function untruths(
  run: CliRun,
  records: readonly TokenRecord[],
  before: readonly TokenRecord[],
): readonly string[] {
  const results = resultsOf(run);
  const accounted = results.map(({ action, name }) => `${action} ${name}`).toSorted();
  return [
    ...(isDeepStrictEqual(accounted, CHANGES) ? [] : [`accounted for: ${accounted.join(", ")}`]),
    ...results.flatMap((result) => {
      const lie = untruthOf(result, records, before);
      return lie === undefined ? [] : [`${JSON.stringify(result)}: ${lie}`];
    }),
    ...noise(run),
  ];
}

/** Output that no user should meet. */
export function noise({ stderr }: CliRun): readonly string[] {
  const found = /^\s+at .*|bug of cometkeys|unhandled|\(node:\d+\).*/im.exec(stderr);
  return found === null ? [] : [`stderr: ${found[0]}`];
}

function untruthOf(
  { action, name, status, id, error }: ReportedResult,
  records: readonly TokenRecord[],
  before: readonly TokenRecord[],
): string | undefined {
  const there = named(records, name);
  const message = error?.message ?? "";
  const untouched = isDeepStrictEqual(there, named(before, name));
  switch (status) {
    case "done": {
      if (action === "delete") return there.length === 0 ? undefined : "it is still there";
      const record = there.find((key) => key.id === id);
      if (record === undefined) return "there is no such record";
      const fields = differing(record, expected(name, before));
      return fields.length === 0 ? undefined : `${fields.join()} differ`;
    }
    case "failed": {
      if (untouched) return undefined;
      const silent = there.filter(
        (key) =>
          !new RegExp(`\\b${key.id}\\b`).test(`${id} ${message}`) ||
          !differing(key, expected(name, before)).every((field) => message.includes(field)),
      );
      return silent.length === 0 ? undefined : "the record is neither as before nor described";
    }
    case "not_attempted":
      return untouched ? undefined : "something was done";
    case "unknown":
      return undefined;
    default:
      return "there is no such status";
  }
}

function named(records: readonly TokenRecord[], name: string): readonly TokenRecord[] {
  return records.filter((record) => record.name === name);
}

function expected(name: string, before: readonly TokenRecord[]): Partial<TokenRecord> {
  return { ...before.find((record) => record.name === name), ...CREATED[name], ...UPDATED[name] };
}

function differing(record: TokenRecord, wanted: Partial<TokenRecord>): readonly string[] {
  const actual = new Map<string, unknown>(Object.entries(record));
  return Object.entries(wanted)
    .filter(([field, value]) => !isDeepStrictEqual(actual.get(field), value))
    .map(([field]) => field);
}
