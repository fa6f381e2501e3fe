import { matchesGlob } from "../model/glob.ts";
import type { SourceText } from "./decode.ts";
import { type ReadContext, readFieldUses, readInteger } from "./fields.ts";
import { SECRET_WORDS, findKeyShaped } from "./forbidden-text.ts";
import { locate } from "./locate.ts";
import { type Located, type LocatedMap, headOf } from "./nodes.ts";
import { parseYaml, strangeCharacterHint } from "./parse-yaml.ts";
import { type Problem, type Range, type Report, contains } from "./problem.ts";
import { type KeyReading, readKey } from "./read-key.ts";
import { checkSchema } from "./schema-check.ts";
import { type SourceLines, lineAt, sourceLines } from "./source-lines.ts";

/** One file, read as far as its problems allow. */
export interface FileReading {
  readonly lines: SourceLines;
  readonly keys: readonly KeyReading[];
  readonly account?: { readonly userId: number; readonly range: Range };
  readonly problems: readonly Problem[];
  /** Stretches no code frame may show. */
  readonly hidden: readonly Range[];
}

const EMPTY: LocatedMap = {
  kind: "map",
  range: { start: 0, end: 0 },
  entries: new Map(),
  incomplete: false,
};

/** Reads one file on its own: syntax, shape, values, and how the fields of a key go together. */
export function readFile(source: SourceText): FileReading {
  const lines = sourceLines(source);
  const secrets = findKeyShaped(source.text).map((range) => ({ ...SECRET_WORDS, range }));
  const found: Problem[] = [...secrets];
  const parsed = parseYaml(lines);
  found.push(...parsed.problems);
  if (!parsed.document) return { lines, keys: [], problems: found, hidden: [] };
  const faulty = found.filter((problem) => problem.code !== "yaml-duplicate-key");
  const located = locate(
    parsed.document,
    source.text,
    faulty.map((problem) => problem.range),
  );
  found.push(...located.problems);
  const content = readRoot(located.root, lines, (problem) => found.push(problem));
  return { lines, ...content, problems: found, hidden: located.hidden };
}

function readRoot(
  root: Located,
  lines: SourceLines,
  report: Report,
): Pick<FileReading, "keys" | "account"> {
  if (root.kind === "broken") return { keys: [] };
  if (root.kind !== "map") {
    report(notAMapping(root, lines));
    return { keys: [] };
  }
  const schema = checkSchema(root);
  schema.problems.forEach(report);
  const details: Problem[] = [];
  const context: ReadContext = {
    text: lines.text,
    report: (problem) => details.push(problem),
    unfit: schema.unfit,
  };
  const content = readContent(root, context);
  details.forEach(report);
  schema.bounds
    .filter((bound) => !details.some((detail) => contains(bound.range, detail.range)))
    .forEach(report);
  return content;
}

function readContent(
  root: LocatedMap,
  context: ReadContext,
): Pick<FileReading, "keys" | "account"> {
  const version = root.entries.get("version")?.value;
  if (version && !context.unfit.has(version)) readInteger(version, context.report);
  const defaultsNode = root.entries.get("defaults")?.value;
  const defaultsMap = defaultsNode?.kind === "map" ? defaultsNode : EMPTY;
  const defaults = readFieldUses(defaultsMap, context, "defaults");
  // Where defaults could not be read whole, a quota may be missing from the keys for that reason.
  const unsure =
    defaultsNode !== undefined && (defaultsNode.kind !== "map" || defaultsMap.incomplete);
  const keysNode = root.entries.get("keys")?.value;
  const items = keysNode?.kind === "list" ? keysNode.items : [];
  const keys = items
    .filter((item) => item.kind === "map")
    .map((item) => readKey(unsure ? { ...item, incomplete: true } : item, defaults, context));
  checkScope(root, keys, context.report);
  const account = readAccount(root, context);
  return { keys, ...(account && { account }) };
}

function readAccount(root: LocatedMap, context: ReadContext): FileReading["account"] {
  const account = root.entries.get("account")?.value;
  const node = account?.kind === "map" ? account.entries.get("user_id")?.value : undefined;
  const userId = node && !context.unfit.has(node) ? readInteger(node, context.report) : undefined;
  if (!node || userId === undefined) return undefined;
  const range = headOf(node);
  if (userId >= 1) return { userId, range };
  const message = "a user id is 1 or more";
  context.report({ code: "schema-value", range, message, fix: "write the user id of the account" });
  return undefined;
}

function checkScope(root: LocatedMap, keys: readonly KeyReading[], report: Report): void {
  const scope = root.entries.get("scope")?.value;
  if (scope?.kind !== "scalar" || typeof scope.value !== "string") return;
  const glob = scope.value.normalize("NFC");
  if (glob === "") {
    const fix = "write a glob such as team-*, or remove the line";
    report({ code: "schema-value", range: headOf(scope), message: "the scope is empty", fix });
    return;
  }
  for (const { name, range } of keys) {
    if (name === undefined || matchesGlob(glob, name)) continue;
    report({
      severity: "warning",
      code: "name-outside-scope",
      range,
      message: `the name lies outside the scope "${glob}" of this file`,
      fix: "rename the key, move it to another file, or widen the scope",
    });
  }
}

function notAMapping(root: Located, lines: SourceLines): Problem {
  const code = "schema-shape";
  const range = { start: root.range.start, end: Math.max(root.range.end, root.range.start + 1) };
  if (root.kind === "scalar" && root.value === null && root.source === "") {
    const blank = lines.text.trim() === "";
    const message = blank ? "the file is empty" : "the file holds no field, at most comments";
    return {
      code,
      range,
      message,
      fix: "write version: 1 and keys: []; to delete a key write state: absent on it",
    };
  }
  const hint =
    root.kind === "scalar" ? strangeCharacterHint(lineAt(lines, range.start)) : undefined;
  const written = root.kind === "list" ? "a list" : "a single value";
  const message = `the file must be a mapping with version and keys, and it is ${written}`;
  return {
    code,
    range,
    message,
    fix: hint ?? "begin with version: 1, then keys: and the list of keys",
  };
}
