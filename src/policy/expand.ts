import { isText, type JsonObject } from "../model/json.ts";
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
  /** To break it may be what passes. */
  readonly isInverted: boolean;
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

const INVERTING: ReadonlySet<string> = new Set(["oneOf", "contains", "not", "if"]);
const ALTERNATIVES: ReadonlySet<string> = new Set([...INVERTING, "anyOf"]);

/** Of all places, as often as they are written out with the rules there: the code of those is made of them. */
const MAX_CHARACTERS = 5_000_000;
const TOO_LONG = "with all references followed, the names of this policy are too long";
const SHORTER = "use shorter names, or fewer references to what is below them";

/** Beside `contains`, for which the validator takes an empty list for the one that it looked at before. */
function atLeastOne({ minItems }: JsonObject): number {
  return typeof minItems === "number" ? Math.max(1, minItems) : 1;
}

/** Of a place as the validator writes it: most characters of other scripts become nine. */
function charactersOf(place: string): number {
  return /^[\w/~.-]*$/.test(place) ? place.length : place.length * 9;
}

/**
 * Writes out what a policy refers to. The validator tells of an error where it stands in the schema it
 * was given, and not by which reference it came there, so each way gets a place of its own. That the
 * references lead back nowhere, and how many ways there are, has been looked at (`sizeOf`).
 */
export function expand(subschemas: ReadonlyMap<string, Subschema>): Expanded {
  const origins = new Map<string, Origin>();
  const faults = new Map<string, PolicyFault>();

  let characters = 0;
  let tooLong: PolicyFault | undefined;

  const expandAt = ({ at, of, ...origin }: Place): Schema => {
    const { pointer, isAlternative, isInverted } = origin;
    const { schema = true } = subschemas.get(pointer) ?? {};
    characters += charactersOf(at) * (1 + Object.keys(schema).length);
    if (characters > MAX_CHARACTERS) {
      tooLong ??= { pointer, message: TOO_LONG, fix: SHORTER };
      return true;
    }
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

    const mapped = mapParts(own, pointer, (_, part) =>
      expandAt({
        ...inherited,
        pointer: part.pointer,
        at: `${at}${part.pointer.slice(pointer.length)}`,
        of: part.to === "same" ? of : kindInside(of, part),
        isAlternative: isAlternative || ALTERNATIVES.has(part.keyword),
        isInverted: isInverted || INVERTING.has(part.keyword),
      }),
    );
    const expanded = "contains" in own ? { ...mapped, minItems: atLeastOne(own) } : mapped;
    const target = isText(ref) ? targetOf(ref) : undefined;
    if (target === undefined) return expanded;
    const others: readonly unknown[] = Array.isArray(expanded["allOf"]) ? expanded["allOf"] : [];
    const place = { ...inherited, pointer: target, at: `${at}/allOf/${others.length}`, of };
    return { ...expanded, allOf: [...others, expandAt(place)] };
  };

  const whole = { pointer: "", at: "", isAlternative: false, isInverted: false };
  const schema = expandAt({ ...whole, of: "key" });
  return { schema, origins, faults: tooLong === undefined ? [...faults.values()] : [tooLong] };
}
