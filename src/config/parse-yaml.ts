import {
  type Document,
  type ErrorCode,
  type YAMLError,
  isCollection,
  isScalar,
  parseDocument,
  visit,
} from "yaml";
import { TEMPLATE_WORDS, hasTemplate, unfitCharacter } from "./forbidden-text.ts";
import { MERGE_KEY } from "./locate.ts";
import type { Problem, Range } from "./problem.ts";
import { type SourceLines, lineAt } from "./source-lines.ts";
import { yamlWords } from "./yaml-words.ts";

export interface ParsedYaml {
  /** Absent where the text is not YAML, and nothing more can be said of the file. */
  readonly document?: Document.Parsed;
  readonly problems: readonly Problem[];
}

/**
 * Parses a file as YAML 1.2. What leaves the structure readable (a field given twice, a tag) is
 * reported beside the document; a syntax error stops the file here, because what a person meant
 * cannot be told from what the parser made of it.
 */
export function parseYaml(lines: SourceLines): ParsedYaml {
  const unfit = unfitCharacter(lines.text);
  if (unfit) return { problems: [unfit] };
  const document = parse(lines);
  if (!document) {
    const words = yamlWords("RESOURCE_EXHAUSTION", "");
    return { problems: [{ ...words, range: { start: 0, end: 1 } }] };
  }
  if (document.directives.yaml.version !== "1.2") return { problems: [otherVersion()] };
  const found = [...document.errors, ...document.warnings].filter((error) => !isSeparate(error));
  const soft = found.filter((error) => SOFT.has(error.code) && !isMergeKey(error, lines.text));
  // One syntax error makes the parser stumble on; what comes after the first is rarely a fault of
  // its own, and comes back by itself if it is. Only a tab is always one.
  const hard = found
    .filter((error) => !SOFT.has(error.code))
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter((error, index) => index === 0 || error.code === "TAB_AS_INDENT");
  const problems = [...soft, ...hard].map((error) => explain(error, lines, document));
  return hard.length > 0 ? { problems } : { document, problems };
}

function parse(lines: SourceLines): Document.Parsed | undefined {
  try {
    return parseDocument(lines.text, {
      version: "1.2",
      uniqueKeys: true,
      strict: true,
      merge: false,
      prettyErrors: false,
    });
  } catch (error) {
    // The parser recurses; text nested thousands deep exhausts the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Errors after which the rest of the document is still what the author wrote. */
const SOFT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BAD_COLLECTION_TYPE",
  "BAD_DQ_ESCAPE",
  "BAD_SCALAR_START",
  "DUPLICATE_KEY",
  "MULTIPLE_DOCS",
  "MULTIPLE_TAGS",
  "TAG_RESOLVE_FAILED",
]);

/** An alias without a name is found again in the tree, as one that names no anchor. */
function isSeparate(error: YAMLError): boolean {
  return error.code === "BAD_ALIAS";
}

/** Each `<<` is reported for itself, so that there are two of them is not worth a word. */
function isMergeKey(error: YAMLError, text: string): boolean {
  return error.code === "DUPLICATE_KEY" && text.startsWith(MERGE_KEY, error.pos[0]);
}

function explain(error: YAMLError, lines: SourceLines, document: Document.Parsed): Problem {
  const range = placeOf(error, lines.text);
  const open = unclosed(error, document);
  const line = lineAt(lines, range.start);
  if (hasTemplate(line)) return { ...TEMPLATE_WORDS, range };
  if (open) {
    const mark = lines.text[open.start] ?? "";
    const message = `this ${mark} is never closed`;
    return { code: "yaml-syntax", message, fix: closingFix(mark), range: open };
  }
  const words = yamlWords(error.code, lines.text.slice(range.start, range.end));
  const hint = words.code === "yaml-syntax" ? strangeCharacterHint(line) : undefined;
  return { ...words, range, fix: hint ?? words.fix };
}

/** White space and colons that look right and are not; what to do about them. */
export function strangeCharacterHint(text: string): string | undefined {
  if (text.includes("\uFF1A")) {
    return "the line has a full-width colon (\uFF1A): write an ordinary ':' and a space";
  }
  if (/[\u00A0\u2000-\u200B\u202F\u3000]/u.test(text)) {
    return "the line has a no-break or other special space: replace it by an ordinary space";
  }
  return undefined;
}

/** An error at the very end of the text is shown at its last visible character. */
function placeOf(error: YAMLError, text: string): Range {
  const [start, end] = error.pos;
  const last = Math.max(0, text.trimEnd().length - 1);
  if (start > last) return { start: last, end: last + 1 };
  const duplicate =
    error.code === "DUPLICATE_KEY" ? /^[^\s:,{}[\]]+/.exec(text.slice(start)) : null;
  return { start, end: duplicate ? start + duplicate[0].length : Math.max(end, start + 1) };
}

/** The quote or bracket that was opened and not closed, where the error is about one. */
function unclosed(error: YAMLError, document: Document.Parsed): Range | undefined {
  const closing =
    /^Missing closing|must be sufficiently indented and end with|Expected flow .* to end with/;
  if (!closing.test(error.message)) return undefined;
  let open: Range | undefined;
  visit(document, (_, node) => {
    const opens =
      (isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE")) ||
      (isCollection(node) && node.flow === true);
    if (!opens || !node.range) return;
    const [start, , end] = node.range;
    if (start <= error.pos[0] && error.pos[0] <= end + 1) open = { start, end: start + 1 };
  });
  return open;
}

function closingFix(mark: string): string {
  const closing = mark === "[" ? "]" : mark === "{" ? "}" : mark;
  return `close it with ${closing}`;
}

function otherVersion(): Problem {
  return {
    code: "yaml-syntax",
    range: { start: 0, end: 1 },
    message: "the file asks for another YAML version; this program reads YAML 1.2",
    fix: "remove the %YAML line",
  };
}
