import {
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
  isAlias,
  isMap,
  isScalar,
  isSeq,
} from "yaml";
import { SECRET_WORDS, TEMPLATE_WORDS, findKeyShaped, hasTemplate } from "./forbidden-text.ts";
import {
  type Located,
  type LocatedEntry,
  type LocatedScalar,
  nodeOf,
  rangeOf,
  tagRange,
} from "./nodes.ts";
import { type Problem, type Range, type Report, overlaps } from "./problem.ts";
import { yamlWords } from "./yaml-words.ts";

/** YAML 1.1's merge key; in YAML 1.2 it is a field of that name, and would be ignored. */
export const MERGE_KEY = "<<";

/**
 * An alias used once a key is fine; aliases inside what an alias stands for multiply into what no
 * reviewer has seen.
 */
const MAX_NESTED_ALIASES = 100;
const MAX_ALIASED_NODES = 100_000;
const MAX_DEPTH = 64;

interface Walk {
  readonly text: string;
  readonly report: Report;
  /** Stretches that were reported: what they touch is broken. */
  readonly faulty: readonly Range[];
  readonly hide: (range: Range) => void;
  readonly anchors: Map<string, Node>;
  readonly open: Set<Node>;
  nestedAliases: number;
  aliasedNodes: number;
  /** The file's aliases multiplied: said once, and no further alias is followed. */
  overrun: boolean;
}

export interface LocatedFile {
  readonly root: Located;
  readonly problems: readonly Problem[];
  /** Where a key is spelled with escapes, so that it is hidden in code frames too. */
  readonly hidden: readonly Range[];
}

/**
 * Turns a parsed document into values with places, reporting what YAML allows and a file of keys
 * has no use for: tags, merge keys, aliases that lead nowhere or multiply, field names that are
 * not text, templates left in.
 */
export function locate(
  document: Document.Parsed,
  text: string,
  faulty: readonly Range[],
): LocatedFile {
  const problems: Problem[] = [];
  const hidden: Range[] = [];
  const walk: Walk = {
    text,
    report: (problem) => problems.push(problem),
    faulty,
    hide: (range) => hidden.push(range),
    anchors: new Map(),
    open: new Set(),
    nestedAliases: 0,
    aliasedNodes: 0,
    overrun: false,
  };
  const root = visitNode(document.contents, { start: 0, end: 0 }, walk, 0, undefined);
  return { root, problems, hidden };
}

function visitNode(
  node: Node | null,
  fallback: Range,
  walk: Walk,
  depth: number,
  via: Range | undefined,
): Located {
  if (!node) return { kind: "scalar", range: fallback, value: null, source: "", plain: true };
  const range = rangeOf(node, fallback);
  if (via) {
    walk.aliasedNodes += 1;
    if (walk.aliasedNodes > MAX_ALIASED_NODES) return overrun(walk, via);
  }
  if (depth > MAX_DEPTH) return brokenBy(walk, range, yamlWords("RESOURCE_EXHAUSTION", ""));
  if (isAlias(node)) return visitAlias(node, range, walk, depth, via);
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (node.tag !== undefined) {
    return brokenBy(
      walk,
      tagRange(walk.text, node.range?.[0] ?? range.start),
      yamlWords("TAG_RESOLVE_FAILED", ""),
    );
  }
  if (isScalar(node)) return visitScalar(node, range, walk);
  walk.open.add(node);
  const located = isMap(node)
    ? visitMap(node, range, walk, depth, via)
    : visitList(node, range, walk, depth, via);
  walk.open.delete(node);
  return located;
}

function visitList(
  node: YAMLSeq,
  range: Range,
  walk: Walk,
  depth: number,
  via: Range | undefined,
): Located {
  const items = node.items.map((item) => visitNode(nodeOf(item), range, walk, depth + 1, via));
  return { kind: "list", range, items };
}

function visitAlias(
  node: Alias,
  range: Range,
  walk: Walk,
  depth: number,
  via: Range | undefined,
): Located {
  const target = walk.anchors.get(node.source);
  if (!target) return brokenBy(walk, range, yamlWords("BAD_ALIAS", ""));
  if (walk.open.has(target)) {
    const message = `*${node.source} stands inside the value it refers to`;
    return broken(walk, range, "yaml-alias", { message, fix: "write the value out" });
  }
  if (via) walk.nestedAliases += 1;
  if (walk.overrun || walk.nestedAliases > MAX_NESTED_ALIASES) return overrun(walk, via ?? range);
  return visitNode(target, range, walk, depth + 1, via ?? range);
}

function visitScalar(node: Scalar, range: Range, walk: Walk): Located {
  const plain = node.type === "PLAIN";
  const value = scalarValue(node.value);
  const source = plain ? (node.source ?? "") : String(value);
  const secret = typeof value === "string" && findKeyShaped(value).length > 0;
  const written = walk.text.slice(range.start, range.end);
  if (secret && findKeyShaped(written).length === 0) {
    walk.hide(range);
    return brokenBy(walk, range, SECRET_WORDS);
  }
  if (walk.faulty.some((faulty) => overlaps(faulty, range))) return { kind: "broken", range };
  if (typeof value === "string" && hasTemplate(value)) return brokenBy(walk, range, TEMPLATE_WORDS);
  return { kind: "scalar", range, value, source, plain };
}

function visitMap(
  node: YAMLMap,
  range: Range,
  walk: Walk,
  depth: number,
  via: Range | undefined,
): Located {
  const entries = new Map<string, LocatedEntry>();
  let incomplete = false;
  if (isTemplate(node, walk.text)) return brokenBy(walk, range, TEMPLATE_WORDS);
  for (const pair of node.items) {
    const name = fieldName(pair, range, walk);
    const keyRange = rangeOf(nodeOf(pair.key), range);
    const value = visitNode(nodeOf(pair.value), keyRange, walk, depth + 1, via);
    if (name === undefined) incomplete = true;
    else if (!entries.has(name)) entries.set(name, { keyRange, value });
  }
  return { kind: "map", range, entries, incomplete };
}

/** The name of a field, or `undefined` when it is none and has been reported. */
function fieldName(pair: Pair, mapRange: Range, walk: Walk): string | undefined {
  const key = nodeOf(pair.key);
  const range = rangeOf(key, mapRange);
  if (isMap(key) || isSeq(key)) {
    const message = "the name of a field is a list or a mapping";
    broken(walk, range, "schema-shape", { message, fix: "write fields as name: value" });
    return undefined;
  }
  const located = visitNode(key, range, walk, 0, undefined);
  if (located.kind !== "scalar") return undefined;
  if (typeof located.value !== "string") {
    const message = `the name of a field must be text, and ${located.source || "nothing"} is not`;
    const fix =
      located.source === "" ? "write fields as name: value" : "use a name from the schema";
    broken(walk, range, "schema-shape", { message, fix });
    return undefined;
  }
  if (located.value !== MERGE_KEY) return located.value;
  broken(walk, range, "yaml-merge-key", {
    message: "merge keys (<<) are YAML 1.1 and would be ignored",
    fix: "use defaults: for fields all keys share, or write the fields out",
  });
  return undefined;
}

/** `{{ x }}` without quotes is a mapping whose only field is named by another mapping. */
function isTemplate(node: YAMLMap, text: string): boolean {
  return node.flow === true && node.range != null && text.startsWith("{{", node.range[0]);
}

function scalarValue(value: unknown): LocatedScalar["value"] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  return null;
}

function broken(
  walk: Walk,
  range: Range,
  code: Problem["code"],
  words: { readonly message: string; readonly fix: string },
): Located {
  return brokenBy(walk, range, { code, ...words });
}

function brokenBy(walk: Walk, range: Range, words: Omit<Problem, "range">): Located {
  walk.report({ ...words, range });
  return { kind: "broken", range };
}

function overrun(walk: Walk, range: Range): Located {
  if (walk.overrun) return { kind: "broken", range };
  walk.overrun = true;
  const message = "the aliases (*) of this file multiply into too many values";
  return broken(walk, range, "yaml-alias", {
    message,
    fix: "write the values out, or use defaults:",
  });
}
