import { stagedName, type DesiredKey, type LiveKey } from "../model/key.ts";

/** A declared key, and the live ones that it is about. */
export interface FoundKey {
  readonly desired: DesiredKey;
  /** Under its name. */
  readonly records: readonly LiveKey[];
  /** Under the name it is to be renamed from. */
  readonly sources: readonly LiveKey[];
  /** Under the name it has until it was delivered, or had before the entry was renamed. */
  readonly staged: readonly LiveKey[];
  /** The key itself, where it is certain which one that is. */
  readonly record: LiveKey | undefined;
  readonly toBeRenamed: LiveKey | undefined;
}

const NONE: readonly LiveKey[] = [];

/** Finds the live keys that each declared one is about, by the names in a list. */
export function findRecords(
  declared: readonly DesiredKey[],
  live: ReadonlyMap<string, readonly LiveKey[]>,
): readonly FoundKey[] {
  const under = (name: string | undefined): readonly LiveKey[] =>
    name === undefined ? NONE : (live.get(name) ?? NONE);
  // The staged key of an old name may be declared absent. Were it a conflict of the renamed entry as
  // well, the delete would lift that, and what is left of the reviewed plan would be more than it.
  const names = new Set(declared.map(({ name }) => name));
  const formerly = (staged: string): readonly LiveKey[] =>
    names.has(staged) ? NONE : under(staged);
  return declared.map((desired) => {
    const { name, renamedFrom, deliver } = desired;
    const records = under(name);
    const sources = under(renamedFrom);
    const staged =
      deliver === undefined
        ? NONE
        : [
            ...under(stagedName(name)),
            ...(renamedFrom === undefined ? NONE : formerly(stagedName(renamedFrom))),
          ];
    const isOne = records.length + sources.length + staged.length === 1;
    const record = isOne ? (records[0] ?? sources[0] ?? staged[0]) : undefined;
    return {
      desired,
      records,
      sources,
      staged,
      record,
      toBeRenamed: isOne ? sources[0] : undefined,
    };
  });
}
