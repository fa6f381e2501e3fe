import type { Range } from "./range.ts";

/**
 * A model key as the server's clients write it. What stands before it does not matter for hiding:
 * rather mask a harmless word than print a key.
 */
const KEY_SHAPED = /sk-[A-Za-z0-9]{32,}/g;

const MASK = "sk-***";

/** Where a text holds something shaped like a model key. */
export function findKeyShaped(text: string): readonly Range[] {
  return [...text.matchAll(KEY_SHAPED)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The text with everything key-shaped replaced by `sk-***`. */
export function redactKeyShaped(text: string): string {
  return text.replaceAll(KEY_SHAPED, MASK);
}

/** What to say of a key in a file; never what it is. */
export const SECRET_WORDS = {
  code: "secret-in-file",
  message: "something shaped like a model key (sk-…) stands in the file",
  fix: "remove it and revoke that key: whoever can read this repository can use it",
} as const;
