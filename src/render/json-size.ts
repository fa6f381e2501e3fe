import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import { HAS_UNSAFE } from "../model/text.ts";

/** A document of more takes gigabytes to make, and V8 may end the process over it. */
const MOST_CHARACTERS = 64_000_000;

/** Why a plan is not written as JSON, where a hostile account has made it too large for that. */
export function planTooLarge({ changes, unmanaged }: Plan): Diagnostic | undefined {
  const fields = changes.map((change) => ("fields" in change ? change.fields : []));
  return tooLarge([changes.map(({ name }) => name), fields, unmanaged]);
}

/** The same of plain values. */
export function tooLarge(values: unknown): Diagnostic | undefined {
  if (roomLeft(values, MOST_CHARACTERS) >= 0) return undefined;
  const message = `the JSON document would have more than ${MOST_CHARACTERS / 1_000_000} million characters`;
  return problem("output-unwritable", message, "choose fewer keys with --only");
}

function roomLeft(value: unknown, room: number): number {
  if (typeof value === "string") return room - sizeOf(value);
  if (typeof value !== "object" || value === null) return room - MARKS;
  let left = room - MARKS;
  for (const one of Object.values(value)) {
    if (left < 0) return left;
    left = roomLeft(one, left);
  }
  return left;
}

/** Name, quotes, comma, indentation. */
const MARKS = 20;

/** What does not show itself is written as an escape of six characters. */
function sizeOf(text: string): number {
  return MARKS + text.length * (HAS_UNSAFE.test(text) ? 6 : 1);
}
