import * as fc from "./fast-check.ts";

/** Names that try to move the cursor, begin a line, hide, turn the writing or fill the screen. */
export const HOSTILE: readonly string[] = [
  "\u001b[2J\u001b[31mred",
  "\u001b]0;title\u0007",
  "\u009b31m",
  "a\nNo changes.",
  "a\r\nb\rc",
  "a\u2028b\u2029c\u0085d",
  "\u202egnp.exe\u202c",
  "\u2066x\u2069",
  "a\u200bb\ufeffc\u00add",
  "\ud800x\udfff",
  "\u0000\u0008\u007f",
  "x".repeat(10_240),
  "中🔑".repeat(1_000),
  "",
  " ",
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** What must never reach a terminal as it is. */
export const UNSAFE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;
