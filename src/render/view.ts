import { stripVTControlCharacters, styleText } from "node:util";
import { displayWidth } from "./escape.ts";

/** What a part of a text is; where there are colours, each has its own. */
const COLOURS = {
  create: "green",
  update: "yellow",
  delete: "red",
  conflict: "red",
  blocked: "red",
  error: "red",
  warning: "yellow",
  note: "cyan",
  good: "green",
  title: "bold",
} as const;

/** How a stream shows text. */
export interface View {
  /** Takes text that is escaped already; adds only what a terminal takes for a colour. */
  readonly paint: (what: keyof typeof COLOURS, text: string) => string;
  /** Of a terminal; without end where lines go into a file or a log. */
  readonly columns: number;
}

export const PLAIN: View = { paint: (_, text) => text, columns: Infinity };

export function colourful(what: keyof typeof COLOURS, text: string): string {
  return styleText(COLOURS[what], text, { validateStream: false });
}

/** How much further than its beginning a broken line goes on. */
const HANGING = "  ";

/**
 * A line broken between words where a terminal would break it anywhere; a word that is too long, a
 * digest for instance, stays whole.
 */
export function wrapLine(line: string, { columns }: Pick<View, "columns">): string {
  const width = (text: string): number => displayWidth(stripVTControlCharacters(text));
  if (width(line) <= columns) return line;
  const indent = `${/^ */.exec(line)?.[0] ?? ""}${HANGING}`;
  const lines: string[] = [];
  let open = "";
  for (const word of line.split(/(?<=\S) +/)) {
    const longer = open === "" ? word : `${open} ${word}`;
    if (open !== "" && width(longer) > columns) {
      lines.push(open);
      open = `${indent}${word}`;
    } else open = longer;
  }
  return [...lines, open].join("\n");
}
