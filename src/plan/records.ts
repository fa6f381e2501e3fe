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

const NONE: readonly LiveKey[] = [];

/** Finds them in a list, by the names in it. Each key is asked for several times, so little is made anew. */
export function recordFinder(live: ReadonlyMap<string, readonly LiveKey[]>): RecordsOf {
  const stagedUnder = (...names: readonly (string | undefined)[]): readonly LiveKey[] =>
    names.flatMap((one) => (one === undefined ? NONE : (live.get(stagedName(one)) ?? NONE)));
  return ({ name, renamedFrom, deliver }) => {
    const records = live.get(name) ?? NONE;
    const sources = renamedFrom === undefined ? NONE : (live.get(renamedFrom) ?? NONE);
    const staged = deliver === undefined ? NONE : stagedUnder(name, renamedFrom);
    const isOne = records.length + sources.length + staged.length === 1;
    if (!isOne) return { records, sources, staged };
    const record = records[0] ?? sources[0] ?? staged[0];
    return { records, sources, staged, record, toBeRenamed: sources[0] };
  };
}
