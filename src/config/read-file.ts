import { isMap, isScalar, isSeq, type Scalar } from "yaml";
import { FIELD_ORDER, type DesiredFields } from "../model/fields.ts";
import { STAGED } from "../model/key.ts";
import { destinationOf } from "../model/sink.ts";
import { checkTree, type Behind } from "./check-tree.ts";
import type { SourceText } from "./decode.ts";
import { MOST_NAME_BYTES, readDeliver, type PlacedSink } from "./deliver.ts";
import type { SizeCheck } from "./file-size.ts";
import { toDesiredFields, withDefaults } from "./field-groups.ts";
import { readFields, type FieldUses, type ReadContext } from "./fields.ts";
import { strangeCharacterHint, warnOfEatenComment } from "./forbidden-text.ts";
import {
  at,
  fieldsOf,
  isIncomplete,
  isReported,
  jsonData,
  sourceOf,
  textOf,
  valueIn,
} from "./nodes.ts";
import type { Mapping, Value } from "./nodes.ts";
import { parseYaml } from "./parse-yaml.ts";
import { reportTo, say, type Problem, type Range, type Report } from "./problem.ts";
import { indexRanges } from "./ranges.ts";
import { checkSchema } from "./schema-check.ts";
import { lineAt, sourceLines, type SourceLines } from "./source-lines.ts";
import { readProtect, readScope } from "./scope.ts";
import { readName } from "./text-fields.ts";
import { readInteger } from "./whole-number.ts";

/** One file, read as far as its problems allow. */
export interface FileReading extends FileContent {
  readonly lines: SourceLines;
  readonly problems: readonly Problem[];
}

interface FileContent {
  readonly keys: readonly KeyReading[];
  /** About how many characters of `defaults` and aliases stand under the keys, and where to say so. */
  readonly inherited?: { readonly size: number; readonly range: Range };
  readonly account?: { readonly userId: number; readonly range: Range };
  readonly scope?: { readonly glob: string; readonly range: Range };
  readonly protect: readonly string[];
}

/** One entry of a file as far as it could be read. */
export interface KeyReading {
  /** Absent when the name was refused. */
  readonly name?: string;
  readonly state: "present" | "absent";
  readonly fields: DesiredFields;
  readonly renamedFrom?: { readonly name: string; readonly range: Range };
  readonly deliver: readonly PlacedSink[];
  /** `description`, `owner` and `x-…` as they stand in the file, for policies. */
  readonly people: Readonly<Record<string, unknown>>;
  /** The name's place, or the entry's first field. */
  readonly range: Range;
  /** Where each field stands that the key or its `defaults` name. */
  readonly places: ReadonlyMap<string, Range>;
}

/** Reads one file on its own: syntax, shape, values, and how the fields of a key go together. */
export function readFile(source: SourceText, checkSize: SizeCheck, behind: Behind): FileReading {
  const lines = sourceLines(source);
  const problems: Problem[] = [];
  const report = reportTo(problems);
  for (const range of lines.secrets) report(range, "secret-in-file");
  const document = parseYaml(lines, checkSize, report);
  if (!document) return { lines, keys: [], protect: [], problems };
  const faulty = problems
    .filter((problem) => problem.code !== "yaml-duplicate-key")
    .map(({ range }) => range);
  const root = checkTree(document, source.text, faulty, report, behind);
  if (isMap(root)) return { lines, ...readRoot(root, lines, problems), problems };
  if (!isReported(root)) reportNoMapping(root, lines, report);
  return { lines, keys: [], protect: [], problems };
}

function reportNoMapping(
  root: Exclude<Value, Mapping>,
  lines: SourceLines,
  report: Report,
): undefined {
  const { start, end } = at(root);
  const range = { start, end: Math.max(end, start + 1) };
  if (isScalar(root) && root.value === null && sourceOf(root) === "") {
    const blank = lines.text.trim() === "";
    return report(range, blank ? "schema-shape/blank" : "schema-shape/comments");
  }
  const said = say("schema-shape/no-mapping", { kind: isSeq(root) ? "a list" : "a single value" });
  const hint = isScalar(root) ? strangeCharacterHint(lineAt(lines, start)) : undefined;
  return report(range, { ...said, fix: hint ?? said.fix });
}

function readRoot(root: Mapping, lines: SourceLines, problems: Problem[]): FileContent {
  const schema = checkSchema(root);
  const details: Problem[] = [];
  const report = reportTo(details);
  const content = readContent(root, { text: lines.text, report, refused: schema.refused });
  const detailed = indexRanges(details.map(({ range }) => range));
  const bounds = schema.bounds.filter(({ range }) => !detailed.within(range));
  // Not spread into one call: a large file can have more problems than a call takes arguments.
  for (const problem of [...schema.problems, ...details, ...bounds]) problems.push(problem);
  return content;
}

function readContent(root: Mapping, context: ReadContext): FileContent {
  if (!context.refused.has("/version")) readInteger(valueIn(root, "version"), context.report);
  const defaultsNode = valueIn(root, "defaults");
  const defaults = readFields(defaultsNode, "/defaults", context);
  // Where defaults could not be read whole, a quota may be missing from the keys for that reason.
  const whole =
    !defaultsNode || (isMap<Scalar, Value>(defaultsNode) && !isIncomplete(defaultsNode));
  const list = valueIn(root, "keys");
  const keys = (isSeq<Value>(list) ? list.items : []).flatMap((item, index) =>
    isMap<Scalar, Value>(item) ? [readKey(item, `/keys/${index}`, defaults, whole, context)] : [],
  );
  const scope = readScope(valueIn(root, "scope"), keys, context.report);
  const protect = readProtect(valueIn(root, "protect"), context.report);
  const account = readAccount(valueIn(valueIn(root, "account"), "user_id"), context);
  const size = Math.max(0, sizeOfLists(keys) - context.text.length);
  const inherited = { size, range: at(defaultsNode ?? root) };
  return { keys, inherited, ...(account && { account }), ...(scope && { scope }), protect };
}

/** What an entry of a list takes beside its text, in characters. */
const ENTRY = 8;

/** A list of `defaults` is one under all keys, and gone through once. */
function sizeOfLists(keys: readonly KeyReading[]): number {
  const sizes = new Map<readonly string[], number>();
  const sizeOf = (texts: readonly string[]): number =>
    texts.reduce((sum, text) => sum + text.length + ENTRY, 0);
  const sizeOfList = (list: readonly string[] = []): number => {
    const size = sizes.get(list) ?? sizeOf(list);
    sizes.set(list, size);
    return size;
  };
  let sum = 0;
  for (const { fields, deliver } of keys) {
    sum += sizeOf([fields.group ?? "", ...deliver.map(({ sink }) => destinationOf(sink))]);
    sum += sizeOfList(fields.model_limits) + sizeOfList(fields.allow_ips);
  }
  return sum;
}

function readAccount(node: Value | undefined, context: ReadContext): FileContent["account"] {
  if (!node || context.refused.has("/account/user_id")) return undefined;
  const userId = readInteger(node, context.report);
  if (userId === undefined) return undefined;
  if (userId < 1) return context.report(at(node), "schema-value/user-id");
  return { userId, range: at(node) };
}

/** No name that could be told in a message is longer. */
const MAX_SOURCE = 1_000;

/** A name that was made by hand may be one that no file could declare, so it is taken as it is. */
function readSource(node: Value | undefined, report: Report): KeyReading["renamedFrom"] {
  const name = textOf(node);
  if (!node || name === undefined) return undefined;
  if (name === "") return report(at(node), "rename-invalid/empty");
  if (name.length > MAX_SOURCE) return report(at(node), "rename-invalid/length");
  if (name.endsWith(STAGED)) return report(at(node), "rename-invalid/staged");
  return { name, range: at(node) };
}

/** Reads the entry at a JSON pointer under `keys`, with the file's defaults under it. */
function readKey(
  map: Mapping,
  pointer: string,
  defaults: FieldUses,
  defaultsWhole: boolean,
  context: ReadContext,
): KeyReading {
  const { report, text, refused } = context;
  const nameNode = valueIn(map, "name");
  const range = at(nameNode ?? map);
  const readable = refused.has(`${pointer}/name`) ? undefined : nameNode;
  const isAbsent = textOf(valueIn(map, "state")) === "absent";
  const name = readable && readName(readable, report, isAbsent);
  if (readable && !isReported(readable)) warnOfEatenComment(readable, text, report);
  const reading = { ...(name !== undefined && { name }), range };
  const own = readFields(map, pointer, context);
  if (isAbsent) {
    checkAbsent(map, report);
    const nothing = { fields: {}, deliver: [], people: {}, places: new Map() };
    return { ...reading, state: "absent", ...nothing };
  }
  const deliver = readDeliver(valueIn(map, "deliver"), report);
  if (deliver.length > 0) {
    const bytes = new TextEncoder().encode(name).length;
    if (bytes > MOST_NAME_BYTES) report(range, "name-invalid/deliver", { bytes });
  }
  const renamedFrom = readSource(valueIn(map, "renamed_from"), report);
  const place = defaultsWhole && !isIncomplete(map) ? range : undefined;
  const uses = withDefaults(own, defaults);
  const fields = toDesiredFields(uses, place, report);
  const people: Record<string, unknown> = {};
  const places = new Map<string, Range>();
  for (const [field, value] of peopleFields(map)) {
    people[field] = jsonData(value, report);
    places.set(field, at(value));
  }
  for (const field of FIELD_ORDER) {
    const use = uses[field];
    if (use !== undefined) places.set(field, use.range);
  }
  const renamed = renamedFrom && { renamedFrom };
  return { ...reading, ...renamed, state: "present", fields, deliver, people, places };
}

/** What an entry says of the key itself; the other fields are for people. */
const KEY_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "state",
  "renamed_from",
  "deliver",
  ...FIELD_ORDER,
]);

/** What is for people; a field that a key does not take has been reported. */
function peopleFields(map: Mapping): readonly (readonly [string, Value])[] {
  return [...fieldsOf(map)].flatMap(([name, { value }]) => {
    return KEY_FIELDS.has(name) || value === null ? [] : [[name, value] as const];
  });
}

/** A key to be deleted has no fields: where there are some, it may be meant to stay. */
function checkAbsent(map: Mapping, report: Report): void {
  const extra = ["renamed_from", "deliver", ...FIELD_ORDER].filter((field) =>
    fieldsOf(map).has(field),
  );
  const first = [...fieldsOf(map)].find(([name]) => extra.includes(name));
  if (first) report(at(first[1].key), "absent-fields", { fields: extra.join(", ") });
}
