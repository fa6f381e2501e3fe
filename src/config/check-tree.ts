import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Scalar } from "yaml";
import { hasTemplate } from "./forbidden-text.ts";
import { at, scalarAt, sourceOf, type Mapping, type Value } from "./nodes.ts";
import type { MessageKey, Range, Report, Values } from "./problem.ts";
import { indexRanges, type RangeIndex } from "./ranges.ts";

/** YAML 1.1's merge key; in YAML 1.2 it is a field of that name, and would be ignored. */
export const MERGE_KEY = "<<";

/**
 * An alias used once a key is fine; aliases inside what an alias stands for multiply into what no
 * reviewer has seen.
 */
const MAX_NESTED_ALIASES = 100;
const MAX_ALIASED_NODES = 100_000;
/** Each is gone through wherever it stands, so one long text behind many aliases is as long as all of them. */
const MAX_ALIASED_CHARACTERS = 5_000_000;
const MAX_DEPTH = 64;

/** A node as the parser left it. */
type Found = Value | Alias;

interface Walk {
  readonly text: string;
  readonly report: Report;
  /** Stretches that were reported: what they touch is broken. */
  readonly faulty: RangeIndex;
  readonly anchors: Map<string, Anchored>;
  readonly counts: Counts;
  /** The file's aliases multiplied: said once, and no further alias is followed. */
  overrun: boolean;
}

/** What was met so far, and what stands behind the aliases among it. */
interface Counts {
  nodes: number;
  aliases: number;
  characters: number;
  nodesBehind: number;
  aliasesBehind: number;
  charactersBehind: number;
}

interface Anchored {
  readonly node: Value;
  /** Absent while the walk is inside the node. */
  value?: Value;
  /** How many nodes, aliases and characters of text stand where an alias to it stands. */
  nodes: number;
  aliases: number;
  characters: number;
}

/**
 * Turns the nodes of a parsed document into values (see `Value`), in place, and reports what YAML
 * allows and a file of keys has no use for: tags, merge keys, aliases that lead nowhere or
 * multiply, field names that are not text, templates left in. Each node is looked at once: an alias
 * shares the node it stands for.
 */
export function checkTree(
  document: Document.Parsed,
  text: string,
  faulty: readonly Range[],
  report: Report,
  behind: Behind,
): Value {
  const counts = {
    nodes: 0,
    aliases: 0,
    characters: 0,
    nodesBehind: behind.nodes,
    aliasesBehind: 0,
    charactersBehind: behind.characters,
  };
  const index = indexRanges(faulty);
  const walk = { text, report, faulty: index, anchors: new Map(), counts, overrun: false };
  const root = visitNode(nodeOf(document.contents), { start: 0, end: 0 }, walk, 0);
  behind.nodes = counts.nodesBehind;
  behind.characters = counts.charactersBehind;
  return root;
}

/** What stands behind the aliases of the files that were read before in this run. */
export interface Behind {
  nodes: number;
  characters: number;
}

function visitNode(node: Found | null, fallback: Range, walk: Walk, depth: number): Value {
  const range = rangeOf(node, fallback);
  if (!node) return scalarAt(range, null);
  if (depth > MAX_DEPTH) return refuse(walk, range, "yaml-syntax/depth");
  if (isAlias(node)) return visitAlias(node, range, walk);
  if (node.anchor === undefined) return visitValue(node, range, walk, depth);
  const before = { ...walk.counts };
  const anchored: Anchored = { node, nodes: 0, aliases: 0, characters: 0 };
  walk.anchors.set(node.anchor, anchored);
  const value = visitValue(node, range, walk, depth);
  const { nodes, aliases, characters } = walk.counts;
  const { nodesBehind, aliasesBehind, charactersBehind } = walk.counts;
  anchored.nodes = 1 + nodes - before.nodes + nodesBehind - before.nodesBehind;
  anchored.aliases = aliases - before.aliases + aliasesBehind - before.aliasesBehind;
  anchored.characters = characters - before.characters + charactersBehind - before.charactersBehind;
  anchored.value = value;
  return value;
}

function visitAlias(alias: Alias, range: Range, walk: Walk): Value {
  const target = walk.anchors.get(alias.source);
  if (!target) return refuse(walk, range, "yaml-alias/unknown");
  if (!target.value) return refuse(walk, range, "yaml-alias/circle", { name: alias.source });
  if (walk.overrun) return scalarAt(range, undefined);
  walk.counts.aliases += 1;
  walk.counts.nodesBehind += target.nodes;
  walk.counts.aliasesBehind += target.aliases;
  walk.counts.charactersBehind += target.characters;
  const isMany =
    walk.counts.nodesBehind > MAX_ALIASED_NODES || walk.counts.aliasesBehind > MAX_NESTED_ALIASES;
  walk.overrun = isMany || walk.counts.charactersBehind > MAX_ALIASED_CHARACTERS;
  if (walk.overrun) return refuse(walk, range, isMany ? "yaml-alias/bomb" : "yaml-alias/long");
  // What has no text of its own is shown where it is used.
  return isEmptyScalar(target.node) ? visitScalar(target.node, range, walk) : target.value;
}

function visitValue(node: Value, range: Range, walk: Walk, depth: number): Value {
  if (node.tag !== undefined) {
    return refuse(walk, tagRange(walk.text, node.range?.[0] ?? range.start), "yaml-tag");
  }
  if (isScalar(node)) return visitScalar(node, range, walk);
  walk.counts.nodes += node.items.length;
  if (isMap<Scalar, Value>(node)) return visitMap(node, range, walk, depth);
  node.items = node.items.map((item) => visitNode(nodeOf(item), range, walk, depth + 1));
  return node;
}

function visitMap(map: Mapping, range: Range, walk: Walk, depth: number): Value {
  if (isTemplate(map, walk.text)) return refuse(walk, range, "yaml-template");
  for (const pair of map.items) {
    pair.key = visitName(nodeOf(pair.key), range, walk);
    pair.value = visitNode(nodeOf(pair.value), at(pair.key), walk, depth + 1);
  }
  return map;
}

/** The name of a field; one that is none has been reported. */
function visitName(key: Found | null, mapRange: Range, walk: Walk): Scalar {
  const range = rangeOf(key, mapRange);
  if (isMap(key) || isSeq(key)) return refuse(walk, range, "schema-shape/collection-as-name");
  const node = visitNode(key, range, walk, 0);
  if (!isScalar(node) || node.value === undefined) return scalarAt(range, undefined);
  if (node.value === MERGE_KEY) return refuse(walk, range, "yaml-merge-key");
  // A name given by an alias stands where the alias does.
  if (typeof node.value === "string") return scalarAt(range, node.value);
  const name = sourceOf(node);
  if (name === "") return refuse(walk, range, "schema-shape/no-field-name");
  return refuse(walk, range, "schema-shape/field-name", { name });
}

function visitScalar(node: Scalar, range: Range, walk: Walk): Scalar {
  const [start = 0, end = start] = node.range ?? [];
  walk.counts.characters += end - start;
  if (walk.faulty.touches(range)) return scalarAt(range, undefined);
  if (typeof node.value === "string" && hasTemplate(node.value))
    return refuse(walk, range, "yaml-template");
  return isEmptyScalar(node) ? scalarAt(range, null) : node;
}

/** Reports a node and gives what stands for it from then on. */
function refuse(walk: Walk, range: Range, what: MessageKey, values?: Values): Scalar {
  walk.report(range, what, values);
  return scalarAt(range, undefined);
}

/** `{{ x }}` without quotes is a mapping whose only field is named by another mapping. */
function isTemplate(map: Mapping, text: string): boolean {
  return map.flow === true && map.range != null && text.startsWith("{{", map.range[0]);
}

/** The parser's types leave open what a collection holds; it is nodes, or nothing. */
function nodeOf(value: unknown): Found | null {
  const known =
    isScalar(value) || isAlias(value) || isMap<Scalar, Value>(value) || isSeq<Value>(value);
  return known ? value : null;
}

function isEmptyScalar(node: Value): node is Scalar {
  return isScalar(node) && node.range != null && node.range[0] === node.range[1];
}

/** A node's place without what follows it; `fallback` for a node without text. */
function rangeOf(node: Found | null, fallback: Range): Range {
  if (!node?.range || node.range[0] === node.range[1]) return fallback;
  const [start, end] = node.range;
  return { start, end };
}

/** The tag before the value at `valueStart`; the parser keeps no place for it. */
function tagRange(text: string, valueStart: number): Range {
  const last = text.lastIndexOf("!", valueStart);
  // A tag of many marks (`!!str`) begins at the first of them.
  const start = Math.max(0, text[last - 1] === "!" ? last - 1 : last);
  const tag = /^!{1,2}[^\s,[\]{}]*/.exec(text.slice(start, start + 200));
  return { start, end: start + (tag?.[0].length ?? 1) };
}
