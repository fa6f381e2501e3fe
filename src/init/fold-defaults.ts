import { loadDesired } from "../config/load-desired.ts";
import { keysYaml, type Entry } from "./keys-yaml.ts";
import type { WrittenField } from "./live-fields.ts";

interface Folded {
  readonly defaults: readonly WrittenField[];
  readonly entries: readonly Entry[];
}

/** What a reviewer wants to see at each key, however many share it. */
const AT_EACH_KEY: ReadonlySet<string> = new Set([
  "name",
  "remain_quota",
  "unlimited_quota",
  "status",
]);

/**
 * Moves the values that most keys share into `defaults`. A field that one of the keys leaves out stays
 * where it is: `defaults` would give it to that key too. What fields mean together is the reader's to
 * say, so the folded file is read, and taken only where it declares the same.
 */
export async function foldDefaults(
  entries: readonly Entry[],
  pause: () => Promise<void> = async () => {},
): Promise<Folded> {
  const defaults = fieldsOfAll(entries).flatMap((field): readonly WrittenField[] => {
    const value = mostOften(entries, field);
    return value === undefined ? [] : [[field, value]];
  });
  const shared = new Map(defaults.map(([field, value]) => [field, JSON.stringify(value)]));
  const folded = entries.map(({ comments, fields }) => ({
    comments,
    fields: fields.filter(([field, value]) => shared.get(field) !== JSON.stringify(value)),
  }));
  if (defaults.length === 0) return { defaults, entries };
  const meant = declaredBy({ defaults: [], entries });
  await pause();
  const isSame = meant !== undefined && meant === declaredBy({ defaults, entries: folded });
  return isSame ? { defaults, entries: folded } : { defaults: [], entries };
}

function fieldsOfAll(entries: readonly Entry[]): readonly string[] {
  const [first, ...others] = entries.map(({ fields }) => fields.map(([field]) => field));
  const rest = others.map((fields) => new Set(fields));
  return (first ?? []).filter(
    (field) => !AT_EACH_KEY.has(field) && rest.every((fields) => fields.has(field)),
  );
}

/** The value that more than half of the keys have, and at least two. */
function mostOften(entries: readonly Entry[], name: string): WrittenField[1] | undefined {
  const counts = new Map<string, { readonly value: WrittenField[1]; readonly count: number }>();
  for (const { fields } of entries) {
    const [, value] = fields.find(([field]) => field === name) ?? [];
    if (value === undefined) continue;
    const text = JSON.stringify(value);
    counts.set(text, { value, count: (counts.get(text)?.count ?? 0) + 1 });
  }
  const found = [...counts.values()].find(({ count }) => count > 1 && count * 2 > entries.length);
  return found?.value;
}

/** The keys that a file with these entries declares; `undefined` when it cannot be read. */
function declaredBy({ defaults, entries }: Folded): string | undefined {
  const text = keysYaml({ header: [], defaults, entries, footer: [] });
  const { desired } = loadDesired([{ file: "keys.yaml", text }]);
  return desired && JSON.stringify(desired.keys.map(({ name, fields }) => [name, fields]));
}
