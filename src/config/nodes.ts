import { isMap, isScalar, isSeq, Scalar, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import type { JsonObject } from "../model/json.ts";
import type { Range, Report } from "./problem.ts";

/**
 * A node of the parser's tree once `checkTree` went through it: aliases gave way to what they stand
 * for, and every field has a value. A scalar whose value is `undefined` stands for what was
 * reported: later steps know that something is there and ask no more of it.
 */
export type Value = Scalar | Mapping | YAMLSeq<Value>;
export type Mapping = YAMLMap<Scalar, Value>;
export type Field = Pair<Scalar, Value>;

/** A plain scalar of our own making, at a place of the file. */
export function scalarAt({ start, end }: Range, value: string | null | undefined): Scalar {
  const node = new Scalar<unknown>(value);
  node.range = [start, end, end];
  node.type = "PLAIN";
  node.source = value ?? "";
  return node;
}

export function isReported(node: Value): boolean {
  return isScalar(node) && node.value === undefined;
}

const FIELDS = new WeakMap<Mapping, ReadonlyMap<string, Field>>();

/** The fields of a mapping by name, the first where one is given twice; counted once. */
export function fieldsOf(map: Mapping): ReadonlyMap<string, Field> {
  const known = FIELDS.get(map);
  if (known) return known;
  const fields = new Map<string, Field>();
  for (const pair of map.items) {
    const name = pair.key.value;
    if (typeof name === "string" && !fields.has(name)) fields.set(name, pair);
  }
  FIELDS.set(map, fields);
  return fields;
}

/** From now on the field is one of another name. */
export function renameField(map: Mapping, field: Field, name: string): void {
  field.key = scalarAt(at(field.key), name);
  FIELDS.delete(map);
}

/** A field could not be read (a merge key, say), so that a missing one is not held against it. */
export function isIncomplete(map: Mapping): boolean {
  return map.items.some(({ key }) => key.value === undefined);
}

/** The value of a field, where the node is a mapping that has it. */
export function valueIn(node: Value | undefined, field: string): Value | undefined {
  return isMap(node) ? (fieldsOf(node).get(field)?.value ?? undefined) : undefined;
}

/** Where to point: a mapping is meant by its first field, not by all of its lines. */
export function at(node: Value): Range {
  const [start = 0, end = 0] = node.range ?? [];
  if (!isMap(node)) return { start, end };
  const [first] = fieldsOf(node).values();
  return first ? at(first.key) : { start, end: start + 1 };
}

/** A scalar as spelled in the file if it is plain; otherwise its text. */
export function sourceOf(node: Scalar): string {
  return node.type === "PLAIN" ? (node.source ?? "") : String(node.value);
}

/** The text of a scalar that is one. */
export function textOf(node: Value | undefined): string | undefined {
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}

/** No name of a key is as long, and the square of its length can go into a Unicode form. */
const LONGEST_NAME = 1_000;

/** UTF-16 units of a text whose form is found as quickly as remembered. */
const SHORT = 50;

/** What an alias stands for is one text wherever it is used: its form is found once. */
const CANONICAL = new WeakMap<object, string>();

/** The text of a scalar that is one, in NFC; a very long one as it is. */
export function canonicalTextOf(node: Value | undefined): string | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined || text.length > LONGEST_NAME) return text;
  const known = CANONICAL.get(node);
  if (known !== undefined) return known;
  const canonical = text.normalize("NFC");
  if (text.length > SHORT) CANONICAL.set(node, canonical);
  return canonical;
}

/** The value as plain data, for the schema; text in NFC, `null` for what was reported. */
export function plainData(node: Value | null): unknown {
  if (isSeq<Value>(node)) return node.items.map(plainData);
  if (isScalar(node)) return canonicalTextOf(node) ?? node.value ?? null;
  // No prototype: a field called __proto__ is a field like any other.
  const plain: Record<string, unknown> = Object.create(null);
  if (node) fill(plain, node, plainData);
  return plain;
}

/** The last index that an object may have. */
const LAST_INDEX = 2 ** 32 - 2;

function fill(
  plain: Record<string, unknown>,
  map: Mapping,
  read: (value: Value | null) => unknown,
): void {
  // Fields named like "2400" would be kept in a row with room for as many. With a gap as large as this
  // one, the engine keeps them by their names.
  if ([...fieldsOf(map).keys()].some((name) => /^\d/.test(name))) {
    plain[LAST_INDEX] = undefined;
    delete plain[LAST_INDEX];
  }
  for (const [name, field] of fieldsOf(map)) {
    const value = read(field.value);
    if (name === "__proto__") Object.defineProperty(plain, name, { value, enumerable: true });
    else plain[name] = value;
  }
}

/**
 * The same as JSON has it, with objects that other code may compare. What an alias stands for is one
 * value wherever it is used: as often as it is written out, it could fill the memory. A number that JSON
 * does not have is reported: what holds it against a rule takes it for none.
 */
export function jsonData(node: Value, report: Report): unknown {
  const known = new Map<Value, unknown>();
  const read = (value: Value | null): unknown => {
    if (value === null || isScalar(value)) {
      if (typeof value?.value === "number" && !Number.isFinite(value.value))
        return report(at(value), "yaml-number/no-json", { source: sourceOf(value) });
      return plainData(value);
    }
    if (!known.has(value))
      known.set(value, isSeq<Value>(value) ? value.items.map(read) : object(value));
    return known.get(value);
  };
  const object = (map: Mapping): JsonObject => {
    const plain = {};
    fill(plain, map, read);
    return plain;
  };
  return read(node);
}

/** The node a JSON pointer of the schema validator leads to. */
export function nodeAt(root: Value, pointer: string): Value | undefined {
  let node: Value | undefined = root;
  for (const step of pointer.split("/").slice(1)) {
    const name = nameOfStep(step);
    node = isSeq<Value>(node) ? node.items[Number(name)] : valueIn(node, name);
  }
  return node;
}

/** A name as a step of a JSON pointer. */
export function stepOf(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

export function nameOfStep(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
