import { isNode, type Node } from "yaml";
import type { Range } from "./range.ts";

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
