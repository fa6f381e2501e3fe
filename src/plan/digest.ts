import type { ReviewedChange } from "../model/plan-file.ts";

/** SHA-256 of a text, in hexadecimal; passed in, so that the planner stays free of imports. */
export type Hash = (text: string) => string;

/** Where a plan is for: the same change is another one on another server or account. */
export interface PlanTarget {
  readonly origin: string;
  /** The pin, else what the list or the server shows; unknown matches only unknown. */
  readonly account?: number | undefined;
}

/** 128 bits: two changes that share a hash cannot be made up. */
const HASH_CHARACTERS = 32;

/**
 * Identifies one change: its action, name and values, the id of a delete, and where it is for.
 * Counters and times of use are left out, and quota stands as the grant, so that use between two plans
 * changes nothing. Each field of an update has a hash of its own: what is left of one that was carried
 * out in part has fewer fields.
 */
export function hashesOf(
  { action, name, id, fields }: ReviewedChange,
  { origin, account }: PlanTarget,
  hash: Hash,
): readonly string[] {
  const what = [origin, account ?? "unknown", action, ...(id === undefined ? [] : [id]), name];
  const values = fields.map(({ field, before, after }) => [field, before, after]);
  const contents =
    action === "update" ? values.map((value) => [...what, value]) : [[...what, values]];
  return contents.map((content) => hash(JSON.stringify(content)).slice(0, HASH_CHARACTERS));
}

/** Identifies a change set by the hashes of its changes. */
export function digestOf(hashes: readonly string[], hash: Hash): string {
  return `sha256:${hash(JSON.stringify(hashes))}`;
}
