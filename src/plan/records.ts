import { stagedName, type DesiredKey, type LiveKey } from "../model/key.ts";

/** The live keys that a declared one is about. */
interface Records {
  /** Under its name. */
  readonly records: readonly LiveKey[];
  /** Under the name it is to be renamed from. */
  readonly sources: readonly LiveKey[];
  /** Under the name it has until it was delivered, or had before the entry was renamed. */
  readonly staged: readonly LiveKey[];
  /** The key itself, where it is certain which one that is. */
  readonly record?: LiveKey | undefined;
  readonly toBeRenamed?: LiveKey | undefined;
}

export type RecordsOf = (desired: DesiredKey) => Records;

/** Finds them in a list, by the names in it. */
export function recordFinder(live: ReadonlyMap<string, readonly LiveKey[]>): RecordsOf {
  return ({ name, renamedFrom, deliver }) => {
    const records = live.get(name) ?? [];
    const sources = renamedFrom === undefined ? [] : (live.get(renamedFrom) ?? []);
    const both = renamedFrom === undefined ? [name] : [name, renamedFrom];
    const staged =
      deliver === undefined ? [] : both.flatMap((one) => live.get(stagedName(one)) ?? []);
    const [record, ...others] = [...records, ...sources, ...staged];
    if (record === undefined || others.length > 0) return { records, sources, staged };
    return { records, sources, staged, record, toBeRenamed: sources[0] };
  };
}
