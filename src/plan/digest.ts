import type { ReviewedChange } from "../model/plan-file.ts";

/** SHA-256 of a text, in hexadecimal; passed in, so that the planner stays free of imports. */
export type Hash = (text: string) => string;

/**
 * Identifies a change set: the names, the actions, the ids of deletes, and each changed field before
 * and after. Counters and times of use are left out, and quota stands as the grant, so that use between two
 * plans does not change the digest.
 */
export function digestOf(changes: readonly ReviewedChange[], hash: Hash): string {
  const content = changes.map(({ action, name, id, fields }) => [
    action,
    ...(id === undefined ? [] : [id]),
    name,
    fields.map(({ field, before, after }) => [field, before, after]),
  ]);
  return `sha256:${hash(JSON.stringify(content))}`;
}
