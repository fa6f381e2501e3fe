import type { MessageKey } from "./problem.ts";

/**
 * What the parser makes of a part takes about two kilobytes. 10,000 keys have fewer than the most; a
 * small file that is made of little else may have no more than what 400 MB hold.
 */
const MAX_PARTS = 200_000;
const MAX_PARTS_WITHOUT_TEXT = 120_000;
const CHARACTERS_PER_PART = 20;

/** 10,000 keys with all of their fields have fewer. */
const MAX_LINES = 120_000;

/** Deeper nesting than any file has is refused before the parser, which recurses, meets it. */
const MAX_DEPTH = 5_000;

/** Says of one file after the other why it is too large to be parsed, if it is. */
export type SizeCheck = (text: string) => MessageKey | undefined;

/** Counts over all files of a run: what each of them may cost, the run would pay as often. */
export function createSizeCheck(): SizeCheck {
  let [parts, lines, characters] = [0, 0, 0];
  return (text) => {
    characters += text.length;
    const most = Math.min(MAX_PARTS, MAX_PARTS_WITHOUT_TEXT + characters / CHARACTERS_PER_PART);
    const open: string[] = [];
    let depth = 0;
    for (const [mark] of text.matchAll(PART)) {
      if (mark === "\n") lines += 1;
      // `[a: 1, ? b]` is a list of mappings, each of one field.
      else parts += (mark === ":" || mark === "?") && open.at(-1) === "[" ? 2 : 1;
      if (lines > MAX_LINES) return "file-too-large/lines";
      if (parts > most) return "file-too-large/parts";
      if (mark === "[" || mark === "{") open.push(mark);
      else if (mark === "]" || mark === "}") open.pop();
      depth = Math.max(depth, open.length);
    }
    return depth > MAX_DEPTH || isIndented(text) ? "yaml-syntax/depth" : undefined;
  };
}

/**
 * What begins, ends or joins values; an empty text is one, which is made of nothing else. After a
 * quote, and before what ends a value in brackets, a colon needs no space.
 */
const PART = /[[{\]},&*!?\\\n]|""|''|[-:](?=\s|$)|:(?=[[\]{},])|(?<=["']):/g;

/** Whether a line opens as many collections: `- - - …`. Each run of them is gone through once. */
function isIndented(text: string): boolean {
  for (const [run] of text.matchAll(/[-?:][ \t][-?: \t]*/g)) {
    if ((run.match(/[-?:][ \t]/g)?.length ?? 0) > MAX_DEPTH) return true;
  }
  return false;
}
