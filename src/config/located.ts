import { unreachable } from "../model/unreachable.ts";
import type { Range } from "./range.ts";

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
