import { isCollection, isScalar, visit } from "yaml";
import type { Document, ErrorCode } from "yaml";
import { duplicateKeys, parseDocumentOf, type YamlFault } from "./yaml-document.ts";
import { MERGE_KEY } from "./check-tree.ts";
import type { SizeCheck } from "./file-size.ts";
import { hasTemplate, strangeCharacterHint, unfitCharacter } from "./forbidden-text.ts";
import { say, type MessageKey, type Range, type Report } from "./problem.ts";
import { lineAt, writtenLineFrom, type SourceLines } from "./source-lines.ts";
import { layoutFault } from "./yaml-layout.ts";

const FILE_START: Range = { start: 0, end: 1 };

/**
 * What to say of each error of the parser, whose own message may quote the file and is not used.
 * An alias without a name is found again in the tree.
 */
const MESSAGE_OF: Readonly<Record<ErrorCode, MessageKey>> = {
  ALIAS_PROPS: "yaml-alias/unknown",
  BAD_ALIAS: "yaml-alias/unknown",
  BAD_COLLECTION_TYPE: "yaml-tag",
  BAD_DIRECTIVE: "yaml-syntax/directive",
  BAD_DQ_ESCAPE: "yaml-syntax/escape",
  BAD_INDENT: "yaml-syntax/indent",
  BAD_PROP_ORDER: "yaml-syntax/anchor",
  BAD_SCALAR_START: "yaml-syntax/start",
  BLOCK_AS_IMPLICIT_KEY: "yaml-syntax/mapping",
  BLOCK_IN_FLOW: "yaml-syntax/comma",
  DUPLICATE_KEY: "yaml-duplicate-key",
  IMPOSSIBLE: "yaml-syntax/other",
  KEY_OVER_1024_CHARS: "yaml-syntax/mapping",
  MISSING_CHAR: "yaml-syntax/missing",
  MULTILINE_IMPLICIT_KEY: "yaml-syntax/mapping",
  MULTIPLE_ANCHORS: "yaml-alias/two-anchors",
  MULTIPLE_DOCS: "yaml-several-documents",
  MULTIPLE_TAGS: "yaml-tag",
  NON_STRING_KEY: "yaml-syntax/other",
  RESOURCE_EXHAUSTION: "yaml-syntax/depth",
  TAB_AS_INDENT: "yaml-syntax/tab",
  TAG_RESOLVE_FAILED: "yaml-tag",
  UNEXPECTED_TOKEN: "yaml-syntax/unexpected",
};

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

/**
 * Parses a file as YAML 1.2. What leaves the structure readable (a field given twice, a tag) is
 * reported beside the document; a syntax error stops the file here, because what a person meant
 * cannot be told from what the parser made of it.
 */
export function parseYaml(
  lines: SourceLines,
  checkSize: SizeCheck,
  report: Report,
): Document.Parsed | undefined {
  const unfit = unfitCharacter(lines.text);
  if (unfit) return report(...unfit);
  const tooLarge = checkSize(lines.text);
  if (tooLarge !== undefined) return report(FILE_START, tooLarge);
  const document = parseDocumentOf(lines.text);
  if (!document) return report(FILE_START, "yaml-syntax/depth");
  if (document.directives.yaml.version !== "1.2") return report(FILE_START, "yaml-syntax/version");
  const errors: readonly YamlFault[] = [...document.errors, ...document.warnings];
  const found = [...errors, ...duplicateKeys(document)].filter(
    (error) => error.code !== "BAD_ALIAS" && !isMergeKey(error, lines.text),
  );
  // One syntax error makes the parser stumble on; what comes after the first is rarely a fault of
  // its own, and comes back by itself if it is. Only a tab is always one.
  const hard = found
    .filter((error) => !SOFT.has(error.code))
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter((error, index) => index === 0 || error.code === "TAB_AS_INDENT");
  const conflict = hard.length > 0 ? CONFLICT.exec(lines.text) : null;
  if (conflict !== null) {
    const [mark] = conflict;
    return report(
      { start: conflict.index, end: conflict.index + mark.length },
      "yaml-syntax/conflict",
    );
  }
  const last = Math.max(0, lines.text.trimEnd().length - 1);
  const soft = found.filter(({ code }) => SOFT.has(code)).toSorted((a, b) => a.pos[0] - b.pos[0]);
  for (const error of [...soft.slice(0, MAX_EXPLAINED), ...hard]) {
    explain(error, last, lines, document, report);
  }
  for (const error of soft.slice(MAX_EXPLAINED)) {
    report(placeOf(error, last, lines.text), MESSAGE_OF[error.code]);
  }
  return hard.length > 0 ? undefined : document;
}

/** As git begins what it could not merge. */
const CONFLICT = /^<{7}(?= )/m;

/** Further ones only count: those who read them have enough to correct by then. */
const MAX_EXPLAINED = 200;

/** Each `<<` is reported for itself, so that there are two of them is not worth a word. */
function isMergeKey(error: YamlFault, text: string): boolean {
  return error.code === "DUPLICATE_KEY" && text.startsWith(MERGE_KEY, error.pos[0]);
}

function explain(
  error: YamlFault,
  last: number,
  lines: SourceLines,
  document: Document.Parsed,
  report: Report,
): void {
  const range = beyondEmptyLines(error, placeOf(error, last, lines.text), lines);
  const line = lineAt(lines, range.start);
  if (hasTemplate(line)) return report(range, "yaml-template");
  const open = unclosed(error, document);
  if (open) {
    const mark = lines.text[open.start] ?? "";
    const closing = mark === "[" ? "]" : mark === "{" ? "}" : mark;
    return report(open, "yaml-syntax/open", { mark, closing });
  }
  const layout = layoutFault(error.code, range.start, lines);
  if (layout) return report(layout.range, layout);
  const text = lines.text.slice(range.start, range.end);
  const said = say(MESSAGE_OF[error.code], { text, first: text.charAt(0) });
  const hint = said.code === "yaml-syntax" ? strangeCharacterHint(line) : undefined;
  report(range, { ...said, fix: hint ?? said.fix });
}

/** The parser may stumble at an empty line or a comment, where the line after it is the wrong one. */
function beyondEmptyLines({ code }: YamlFault, range: Range, lines: SourceLines): Range {
  if (SOFT.has(code) || code === "TAB_AS_INDENT") return range;
  const start = writtenLineFrom(lines, lines.counter.linePos(range.start).line);
  if (start === undefined || start <= range.start) return range;
  const text = lineAt(lines, start);
  return { start: start + text.search(/\S/), end: start + text.trimEnd().length };
}

/** An error at the very end of the text is shown at its last visible character. */
function placeOf(error: YamlFault, last: number, text: string): Range {
  const [start, end] = error.pos;
  if (start > last) return { start: last, end: last + 1 };
  const duplicate =
    error.code === "DUPLICATE_KEY" ? /^[^\s:,{}[\]]+/.exec(text.slice(start, start + 1_100)) : null;
  return { start, end: duplicate ? start + duplicate[0].length : Math.max(end, start + 1) };
}

/** The quote or bracket that was opened and not closed, where the error is about one. */
function unclosed(error: YamlFault, document: Document.Parsed): Range | undefined {
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
