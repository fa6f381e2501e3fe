import type { Diagnostic, SourceSpan } from "../model/diagnostic.ts";
import { problem } from "../model/diagnostic.ts";
import type { LiveKey } from "../model/key.ts";
import type { Plan, UpdateChange } from "../model/plan.ts";
import { err, ok, type Result } from "../model/result.ts";
import { firstOf } from "../model/text.ts";
import { hashesOf, identityOf, type Hash, type PlanTarget } from "./digest.ts";
import { reviewedChange } from "./reviewed.ts";

/** A key and the name it is to be the only one of. */
export interface Adoption extends PlanTarget {
  readonly id: number;
  readonly name: string;
  readonly hash: Hash;
}

/**
 * Plans what makes one key the only one of a name: the others of that name get ordinary names of their
 * own, then the key gets it, if it has another. No value of a key changes, and nothing is deleted.
 */
export function planAdoption(
  live: readonly LiveKey[],
  { id, name, hash, ...target }: Adoption,
): Result<Plan, Diagnostic> {
  const adopted = live.find((key) => key.id === id);
  const isNamed = sameInNfc(name);
  const named = live.filter((key) => isNamed(key.name));
  if (adopted === undefined) {
    const { shown: ids, more } = firstOf(
      named.map((key) => key.id).toSorted((a, b) => a - b),
      NAMED,
    );
    const fix =
      ids.length === 0
        ? "look it up with `cometkeys list`"
        : `live keys named ${JSON.stringify(name)} have the ids ${ids.join(", ")}${more}`;
    return err(problem("usage", `--id ${id}: there is no such live key`, fix));
  }
  const taken = new Set(live.map((key) => key.name));
  const changes: UpdateChange[] = [];
  for (const key of named) {
    if (key.id === id) continue;
    const freed = duplicateName(name, key.id);
    if (taken.has(freed)) {
      const message = `key ${key.id} would be renamed to ${JSON.stringify(freed)}, and a live key has that name`;
      return err(problem("duplicates", message, "rename or delete that one in the console"));
    }
    changes.push(rename(key, freed));
  }
  if (adopted.name !== name) changes.push(rename(adopted, name));
  const hashes = changes.map((change) => hashesOf(reviewedChange(change), target, hash));
  const none = { create: 0, delete: 0, unmanaged: 0, conflict: 0, blocked: 0 };
  const unchanged = adopted.name === name ? 1 : 0;
  return ok({
    changes,
    summary: { ...none, update: changes.length, unchanged },
    unmanaged: [],
    diagnostics: [],
    ...identityOf(hashes, hash),
  });
}

/**
 * Whether another name is the same in NFC: to a reader the two are one, and no file could tell them apart.
 * To bring a name into that form takes up to the square of its length, so first it is compared by length:
 * each of its characters gives one at least of the form taken apart, and has two units at most.
 */
function sameInNfc(name: string): (other: string) => boolean {
  const longest = name.normalize("NFD").length * 2;
  return (other) => other === name || (other.length <= longest && other.normalize("NFC") === name);
}

/** Ids that a message names. */
const NAMED = 10;

/** Servers that count bytes take so many, and all of them a name as long as that. */
const MAX_BYTES = 50;

/** `NAME-duplicate-ID`, its beginning cut to fit. */
function duplicateName(name: string, id: number): string {
  const ending = `-duplicate-${id}`;
  const letters = Array.from(name);
  const bytes = (): number => new TextEncoder().encode(letters.join("") + ending).length;
  while (letters.length > 0 && bytes() > MAX_BYTES) letters.pop();
  return `${letters.join("").trimEnd()}${ending}`;
}

/** No file asks for it. */
const NOWHERE: SourceSpan = { file: "", line: 0, column: 0 };

function rename(live: LiveKey, name: string): UpdateChange {
  return {
    action: "update",
    name,
    direction: "neutral",
    id: live.id,
    live,
    desired: { name, state: "present", fields: {}, at: NOWHERE },
    fields: [{ field: "name", before: live.name, after: name, direction: "neutral" }],
    dangers: [],
  };
}
