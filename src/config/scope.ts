import { isSeq } from "yaml";
import { globMatcher } from "../model/glob.ts";
import { at, canonicalTextOf, type Value } from "./nodes.ts";
import type { Range, Report } from "./problem.ts";

interface NamedKey {
  readonly name?: string;
  readonly range: Range;
}

export interface PlacedGlob {
  readonly glob: string;
  readonly range: Range;
}

/** The names a file answers for; each of its own has to be one. */
export function readScope(
  node: Value | undefined,
  keys: readonly NamedKey[],
  report: Report,
): PlacedGlob | undefined {
  const glob = node && readGlob(node, "scope", report);
  if (!node || glob === undefined) return undefined;
  const matches = globMatcher(glob);
  for (const { name, range } of keys) {
    if (name === undefined || matches(name)) continue;
    report(range, "name-outside-scope", { scope: glob });
  }
  return { glob, range: at(node) };
}

export function readProtect(node: Value | undefined, report: Report): readonly string[] {
  if (!isSeq<Value>(node)) return [];
  return node.items.flatMap((item) => readGlob(item, "protect", report) ?? []);
}

/** Names have 50 characters at most. */
const MAX_GLOB = 200;

function readGlob(node: Value, field: string, report: Report): string | undefined {
  const glob = canonicalTextOf(node);
  if (glob === "") return report(at(node), "schema-value/glob", { field });
  if (glob !== undefined && glob.length > MAX_GLOB) {
    return report(at(node), "schema-value/glob-long", { field });
  }
  return glob;
}
