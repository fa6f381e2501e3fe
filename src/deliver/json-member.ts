import { err, ok, type Result } from "../model/result.ts";

/** Where the value of a member stands in the text. */
interface Member {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Sets members of a JSON object in its text, all in one pass. It is edited, not written from what was
 * parsed: that would round large numbers, and bring members with numbers for names to another order.
 */
export function setInJson(
  given: string,
  values: ReadonlyMap<string, string>,
): Result<string, string> {
  const text = given.trim() === "" ? "{}\n" : given;
  if (!isObject(text)) return err("it is no JSON object");
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const ended = text.endsWith("\n") ? text : text + eol;
  const members = membersOf(ended);
  const times = new Map<string, number>();
  let out = "";
  let from = 0;
  // Of members with one name, programs take the first or the last.
  for (const { name, start, end } of members) {
    const value = values.get(name);
    if (value === undefined) continue;
    const time = (times.get(name) ?? 0) + 1;
    if (time > MOST_SAME) return err(`"${name}" stands in it more than ${MOST_SAME} times`);
    times.set(name, time);
    out += ended.slice(from, start) + JSON.stringify(value);
    from = end;
  }
  const added = [...values].flatMap(([name, value]) =>
    times.has(name) ? [] : [`${JSON.stringify(name)}: ${JSON.stringify(value)}`],
  );
  if (added.length === 0) return ok(out + ended.slice(from));
  const open = ended.indexOf("{");
  const last = members.at(-1);
  if (last === undefined) {
    const inner = `${eol}  ${added.join(`,${eol}  `)}${eol}`;
    return ok(ended.slice(0, open + 1) + inner + ended.slice(ended.lastIndexOf("}")));
  }
  // As the first member stands: on a line of its own with its indent, or beside the others.
  const space = /^[^\S\n]*\n(\s*)/.exec(ended.slice(open + 1))?.[1];
  const indent = space?.slice(space.lastIndexOf("\n") + 1);
  const isUsual = indent !== undefined && indent.length <= LONGEST_INDENT;
  const before = isUsual ? `,${eol}${indent}` : ", ";
  const more = added.map((member) => before + member).join("");
  return ok(out + ended.slice(from, last.end) + more + ended.slice(last.end));
}

/** It is written again with each member that is added. */
const LONGEST_INDENT = 100;

/** Nobody writes a member more often, and each would make the file longer by a key. */
const MOST_SAME = 8;

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The members of the outermost object of a text that is known to be JSON. */
function membersOf(text: string): readonly Member[] {
  const members: Member[] = [];
  let at = text.indexOf("{") + 1;
  for (;;) {
    at = afterSpace(text, at);
    if (text[at] === "}") return members;
    if (text[at] === ",") at = afterSpace(text, at + 1);
    const afterName = afterString(text, at);
    const name = String(JSON.parse(text.slice(at, afterName)));
    const start = afterSpace(text, afterSpace(text, afterName) + 1);
    at = afterValue(text, start);
    members.push({ name, start, end: at });
  }
}

function afterSpace(text: string, from: number): number {
  return after(/\s*/y, text, from);
}

function afterString(text: string, from: number): number {
  return after(/"[^"\\]*(?:\\.[^"\\]*)*"/y, text, from);
}

/** In one step, for most of a file is space and text, and each key that is set goes through all of it. */
function after(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

function afterValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length;) {
    const character = text[at] ?? "";
    if (depth === 0 && at > from && /[\s,}\]]/.test(character)) return at;
    if (character === '"') {
      at = afterString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === "{" || character === "[") depth += 1;
    if (character === "}" || character === "]") depth -= 1;
    at += 1;
    if (depth === 0 && (character === "}" || character === "]")) return at;
  }
  return text.length;
}
