import { unreachable } from "../model/unreachable.ts";
import { type Node, isNode } from "yaml";
import type { Range } from "./problem.ts";

/**
 * A YAML value with its place. Aliases are resolved, field names are text and unique. A `broken`
 * node was reported already: later steps know that something stands there and ask no more of it.
 */
export type Located = LocatedMap | LocatedList | LocatedScalar | LocatedBroken;

export interface LocatedMap {
  readonly kind: "map";
  readonly range: Range;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  /** A field could not be read (a merge key, say), so that a missing one is not held against it. */
  readonly incomplete: boolean;
}

export interface LocatedEntry {
  readonly keyRange: Range;
  readonly value: Located;
}

export interface LocatedList {
  readonly kind: "list";
  readonly range: Range;
  readonly items: readonly Located[];
}

export interface LocatedScalar {
  readonly kind: "scalar";
  readonly range: Range;
  readonly value: string | number | boolean | null;
  /** As spelled in the file, for a plain scalar; otherwise its text. */
  readonly source: string;
  readonly plain: boolean;
}

export interface LocatedBroken {
  readonly kind: "broken";
  readonly range: Range;
}

/** The value as plain data, for the schema; text in NFC, `null` where a node is broken. */
export function plainValue(node: Located): unknown {
  switch (node.kind) {
    case "map": {
      // No prototype: a field called __proto__ is a field like any other.
      const plain: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of node.entries) plain[key] = plainValue(entry.value);
      return plain;
    }
    case "list":
      return node.items.map(plainValue);
    case "scalar":
      return typeof node.value === "string" ? node.value.normalize("NFC") : node.value;
    case "broken":
      return null;
    default:
      return unreachable(node);
  }
}

/** The node a JSON pointer of the schema validator leads to. */
export function nodeAt(root: Located, pointer: string): Located | undefined {
  let node: Located | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (node?.kind === "map") node = node.entries.get(key)?.value;
    else if (node?.kind === "list") node = node.items[Number(key)];
    else return undefined;
  }
  return node;
}

/** Where to point when a whole mapping is meant: its first field, not all of its lines. */
export function headOf(node: Located): Range {
  if (node.kind !== "map") return node.range;
  const [first] = node.entries.values();
  return first?.keyRange ?? { start: node.range.start, end: node.range.start + 1 };
}

/** The parser's types leave open what a collection holds; it is nodes, or nothing. */
export function nodeOf(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

/** A node's place without what follows it; `fallback` for a node without text. */
export function rangeOf(node: Node | null, fallback: Range): Range {
  if (!node?.range) return fallback;
  const [start, end] = node.range;
  return end > start ? { start, end } : fallback;
}

/** The tag before the value at `valueStart`; the parser keeps no place for it. */
export function tagRange(text: string, valueStart: number): Range {
  const last = text.lastIndexOf("!", valueStart);
  // A tag of many marks (`!!str`) begins at the first of them.
  const start = Math.max(0, text[last - 1] === "!" ? last - 1 : last);
  const tag = /^!{1,2}[^\s,[\]{}]*/.exec(text.slice(start, start + 200));
  return { start, end: start + (tag?.[0].length ?? 1) };
}
