import { isScalar, parseDocument, visit } from "yaml";
import type { Document, YAMLError } from "yaml";

/** What is wrong with a document, and between which offsets. */
export type YamlFault = Pick<YAMLError, "code" | "pos" | "message">;

/**
 * Parses a text as YAML 1.2, in time that grows with its length; undefined where it is nested too deep.
 * Fields that are given twice are no errors here: `duplicateKeys` finds them.
 */
export function parseDocumentOf(text: string): Document.Parsed | undefined {
  // Each of its errors would keep a stack, and there may be very many.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      version: "1.2",
      // It would compare each name with each, and so would the node of an !!omap, which `%YAML 1.1` has.
      uniqueKeys: false,
      resolveKnownTags: false,
      schema: "core",
      strict: true,
      merge: false,
      prettyErrors: false,
    });
  } catch (error) {
    // The parser recurses; text nested thousands deep exhausts the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export function duplicateKeys(document: Document.Parsed): readonly YamlFault[] {
  const found: YamlFault[] = [];
  visit(document, {
    Map: (_, map) => {
      const names = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const [start, end] = key.range ?? [0, 0];
        if (!names.has(key.value)) names.add(key.value);
        else found.push({ code: "DUPLICATE_KEY", pos: [start, end], message: "" });
      }
    },
  });
  return found;
}
