import { CODES, type Code } from "../model/codes.ts";
import type { Severity } from "../model/diagnostic.ts";
import { cutText } from "../model/text.ts";
import { DELIVER_MESSAGES } from "./deliver-messages.ts";
import { FIELD_MESSAGES } from "./field-messages.ts";
import { FILE_MESSAGES } from "./file-messages.ts";

/** A stretch of a file's text, in UTF-16 code units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is wrong and what to write instead. */
export interface Said {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
}

/** Something wrong at a place of one file; it becomes a diagnostic once the file was read. */
export interface Problem extends Said {
  readonly range: Range;
}

/** Code points of what a message quotes: a file may give anything a name of any length. */
const MAX_VALUE = 200;

const MESSAGES = { ...FILE_MESSAGES, ...FIELD_MESSAGES, ...DELIVER_MESSAGES };

export type MessageKey = keyof typeof MESSAGES;

/** What stands for the `{names}` of a message. */
export type Values = Readonly<Record<string, string | number>>;

/**
 * Takes a problem; the steps that read a file go on after it. It gives `undefined`, so that a
 * reader without a value can `return report(…)`.
 */
export type Report = (range: Range, what: MessageKey | Said, values?: Values) => undefined;

const WARNINGS: ReadonlySet<Code> = new Set<Code>([
  "yaml-comment-eaten",
  "name-long",
  "name-lookalike",
  "quota-zero",
  "models-inert",
  "address-open",
]);

/** The message of a key, `code` or `code/variant`, with its values filled in. */
export function say(key: MessageKey, values: Values = {}): Said {
  const code = key.replace(/\/.*/, "");
  if (!isCode(code)) throw new Error(`no such code: ${code}`);
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (all, name: string) =>
      cutText(String(values[name] ?? all), MAX_VALUE),
    );
  const [message, fix] = MESSAGES[key];
  const severity = WARNINGS.has(code) ? "warning" : "error";
  return { code, severity, message: fill(message), fix: fill(fix) };
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}

/** A report that adds to a list. */
export function reportTo(problems: Problem[]): Report {
  return (range, what, values) => {
    problems.push({ ...(typeof what === "string" ? say(what, values) : what), range });
  };
}
