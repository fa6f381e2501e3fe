import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { HAS_UNSAFE } from "../model/text.ts";

/** A document of more takes gigabytes to make, and V8 may end the process over it. */
const MOST_CHARACTERS = 64_000_000;

/** Why plain values are not written as JSON, where a hostile account has made them too large for that. */
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

/** What does not show itself is written as an escape of six characters, and so is the bracket of a command. */
function sizeOf(text: string): number {
  const isEscaped = HAS_UNSAFE.test(text) || (text.includes("#") && text.includes("["));
  return MARKS + text.length * (isEscaped ? 6 : /["\\]/.test(text) ? 2 : 1);
}
