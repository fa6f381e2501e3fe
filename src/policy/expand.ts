import { isText } from "../model/json.ts";
import type { PolicyFault } from "./schema-faults.ts";
import { idleRules, kindInside, type Kind } from "./idle-rules.ts";
import { mapParts, targetOf, type Schema, type Subschema } from "./subschemas.ts";

/** Where a schema of the expanded policy comes from. */
export interface Origin {
  /** JSON pointer in the file. */
  readonly pointer: string;
  /** The nearest enclosing description; past a `$ref`, that of the place which refers to it. */
  readonly description?: string;
  /** Only one of several that has to hold: what it says is no violation yet. */
  readonly isAlternative: boolean;
}

interface Expanded {
  /** Without references and definitions. */
  readonly schema: Schema;
  /** Of each schema in it, by JSON pointer. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly faults: readonly PolicyFault[];
}

/** A schema on the way from the key to it. */
interface Place extends Origin {
  /** JSON pointer in the expanded policy. */
  readonly at: string;
  readonly of: Kind;
}

const ALTERNATIVES: ReadonlySet<string> = new Set(["anyOf", "oneOf", "contains", "not", "if"]);

/**
 * Writes out what a policy refers to. The validator tells of an error where it stands in the schema it
 * was given, and not by which reference it came there, so each way gets a place of its own. That the
 * references lead back nowhere, and how many ways there are, has been looked at (`sizeOf`).
 */
export function expand(subschemas: ReadonlyMap<string, Subschema>): Expanded {
  const origins = new Map<string, Origin>();
  const faults = new Map<string, PolicyFault>();

  const expandAt = ({ at, of, ...origin }: Place): Schema => {
    const { pointer, isAlternative } = origin;
    const { schema = true } = subschemas.get(pointer) ?? {};
    if (typeof schema === "boolean") {
      origins.set(at, origin);
      return schema;
    }
    const { $ref: ref, $id: _id, $schema: _draft, definitions: _apart, ...own } = schema;
    const words = own["description"];
    const described = isText(words) && words.trim() !== "" ? { description: words } : {};
    const inherited = { ...origin, ...described };
    origins.set(at, inherited);
    const found = idleRules(schema, pointer, of);
    for (const fault of found) faults.set(fault.pointer, fault);

    const expanded = mapParts(own, pointer, (_, part) =>
      expandAt({
        ...inherited,
        pointer: part.pointer,
        at: `${at}${part.pointer.slice(pointer.length)}`,
        of: part.to === "same" ? of : kindInside(of, part),
        isAlternative: isAlternative || ALTERNATIVES.has(part.keyword),
      }),
    );
    const target = isText(ref) ? targetOf(ref) : undefined;
    if (target === undefined) return expanded;
    const others: readonly unknown[] = Array.isArray(expanded["allOf"]) ? expanded["allOf"] : [];
    const place = { ...inherited, pointer: target, at: `${at}/allOf/${others.length}`, of };
    return { ...expanded, allOf: [...others, expandAt(place)] };
  };

  const schema = expandAt({ pointer: "", at: "", of: "key", isAlternative: false });
  return { schema, origins, faults: [...faults.values()] };
}
