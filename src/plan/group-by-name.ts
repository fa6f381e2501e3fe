import type { LiveKey } from "../model/key.ts";

/** The keys under each name, in the order given; names are not unique on the server. */
export function groupByName(keys: readonly LiveKey[]): ReadonlyMap<string, readonly LiveKey[]> {
  const groups = new Map<string, LiveKey[]>();
  for (const key of keys) {
    const group = groups.get(key.name);
    if (group === undefined) groups.set(key.name, [key]);
    else group.push(key);
  }
  return groups;
}
