import { err, ok, type Result } from "../model/result.ts";

/** One line that declares something, with those that a quoted value goes on over; or any other line. */
interface Entry {
  readonly text: string;
  /** Its number in the file. */
  readonly line: number;
  readonly variable?: string;
  /** What stands before the name: an indent, `export`. */
  readonly lead: string;
}

const DECLARATION = /^([^\S\n]*(?:export[^\S\n]+)?)([\w.-]+)[^\S\n]*(?:=|:(?=\s))[^\S\n]*/;

/**
 * Sets variables of a dotenv file, all in one pass: each in the place of its first declaration, without
 * further ones, else at the end. All other bytes stay. What the tools that read such files do not agree
 * about is refused rather than guessed.
 */
export function setInDotenv(
  text: string,
  values: ReadonlyMap<string, string>,
): Result<string, string> {
  // No quotes are needed then, and no value can declare something else.
  if (![...values.values()].every((value) => /^[\w.~+/-]+$/.test(value))) {
    return err("the value holds characters that would need quotes");
  }
  if (/\r(?!\n)/.test(text)) return err("it has carriage returns that end no line");
  const lines = text.split("\n").length;
  if (lines > MOST_LINES) return err(`it has more than ${MOST_LINES} lines`);
  const entries = entriesOf(text);
  if (!entries.ok) return entries;
  let out = "";
  const left = new Map(values);
  for (const [at, entry] of entries.value.entries()) {
    const { variable } = entry;
    if (variable === undefined || !values.has(variable)) {
      out += entry.text;
      continue;
    }
    const unclear = [entries.value[at - 1], entry].find(
      (near) => near !== undefined && goesOn(near),
    );
    if (unclear !== undefined) return err(unclearAt(unclear));
    const value = left.get(variable);
    if (value === undefined) continue;
    out += `${entry.lead}${variable}=${value}${/\r?\n$/.exec(entry.text)?.[0] ?? ""}`;
    left.delete(variable);
  }
  if (left.size === 0) return ok(out);
  if (lines + left.size > MOST_LINES) return err(`it would have more than ${MOST_LINES} lines`);
  const last = entries.value.at(-1);
  if (last !== undefined && goesOn(last)) return err(unclearAt(last));
  const eol = /\r?\n/.exec(text)?.[0] ?? "\n";
  const between = out === "" || out === BOM || out.endsWith("\n") ? "" : eol;
  const added = [...left].map(([variable, value]) => `${variable}=${value}${eol}`);
  return ok(`${out}${between}${added.join("")}`);
}

/** As it stands in text of one byte a character, which a dotenv file is read as. */
const BOM = "\u00EF\u00BB\u00BF";

/** A shell takes such a line and the next for one. */
function goesOn({ text }: Entry): boolean {
  return !/^\s*#/.test(text) && /\\\r?\n?$/.test(text);
}

function unclearAt({ line }: Entry): string {
  return `line ${line} ends in a backslash, so that the next may belong to it`;
}

function entriesOf(text: string): Result<readonly Entry[], string> {
  const entries: Entry[] = [];
  let line = 1;
  for (let from = 0; from < text.length;) {
    const mark = from === 0 && text.startsWith(BOM) ? BOM : "";
    const start = from + mark.length;
    const found = DECLARATION.exec(lineAt(text, start));
    let end = start + lineAt(text, start).length;
    if (found !== null) {
      const closed = endOfValue(text, start + found[0].length, line);
      if (!closed.ok) return closed;
      // What follows a closing quote on its line is a comment, or nothing.
      end = closed.value + lineAt(text, closed.value).length;
    }
    const whole = text.slice(from, end);
    const [, lead = "", variable] = found ?? [];
    entries.push({
      text: whole,
      line,
      lead: mark + lead,
      ...(variable === undefined ? {} : { variable }),
    });
    line += whole.split("\n").length - 1;
    from = end;
  }
  return ok(entries);
}

/** They are gone through for each key that is set. */
const MOST_LINES = 20_000;

/** From a place to the end of its line, that included. */
function lineAt(text: string, from: number): string {
  const end = text.indexOf("\n", from);
  return text.slice(from, end === -1 ? text.length : end + 1);
}

/** Where a quoted value ends; one without quotes ends with its line. */
function endOfValue(text: string, from: number, line: number): Result<number, string> {
  const quote = text[from];
  if (quote !== '"' && quote !== "'" && quote !== "`") return ok(from);
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === quote) return ok(at + 1);
    if (text[at] !== "\\") continue;
    if (quote !== '"' && text[at + 1] === quote) {
      return err(`line ${line} has a backslash before ${quote}, which not all programs read alike`);
    }
    // In double quotes the next character is none that ends the value.
    if (quote === '"') at += 1;
  }
  return err(`the quote that opens in line ${line} is not closed`);
}
