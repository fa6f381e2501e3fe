import { isMap, isScalar, type Scalar } from "yaml";
import { at, fieldsOf, sourceOf, type Value } from "./nodes.ts";
import { say, type Problem, type Said, type Values } from "./problem.ts";
import { integerSpelling } from "./whole-number.ts";

const YES = /^(?:y|yes|on|true|1)$/i;
const NO = /^(?:n|no|off|false|0)$/i;

/** What to write for a field without a value. */
const INSTEAD_OF_NOTHING: Readonly<Record<string, string>> = {
  name: 'write the name; one that begins with # or is null or ~ needs quotes, as in "#prod"',
  model_limits: "write [] for no limit",
  keys: "write keys: [] if there are none",
  group: 'write "" for no group',
  expired_time: "write never, or remove the line",
};

/** The field a value stands in (an index, in a list), what holds it, and the types it may have. */
interface Wanted {
  readonly parent: string;
  readonly field: string;
  readonly types: readonly unknown[];
}

/** What to say of a value of the wrong type; `expected` is the schema's `type`. */
export function wrongType(pointer: string, expected: unknown, node: Value): Problem {
  const [parent = "", field = ""] = pointer.split("/").slice(-2);
  const wanted: Wanted = { parent, field, types: [expected].flat() };
  const said = isScalar(node) ? wrongScalar(wanted, node) : wrongCollection(wanted, node);
  const isNothing = isScalar(node) && node.value === null;
  const place = isNothing || said.code !== "schema-type" ? undefined : wrongPlace(pointer, node);
  return { ...(place ?? said), range: at(node) };
}

/** How the places of `deliver` are written: their names do not tell what belongs to one. */
const PLACES: Readonly<Record<string, string>> = {
  github: "github: { repository: owner/name, secret: NAME }",
  file: "file: { path: out/keys.env, format: dotenv, variable: NAME }",
  exec: "exec: [program, argument]",
};

/** What to say of `deliver`, of a place in it, or of what a place is. */
function wrongPlace(pointer: string, node: Value): Said | undefined {
  const found = /\/deliver(?:\/\d+(?:\/(github|file|exec))?)?$/.exec(pointer);
  if (found === null) return undefined;
  const [which = "", kind = kindMeant(node)] = found;
  const values = { shown: shownOf(node), kind: kindOf(node), example: PLACES[kind] ?? "" };
  if (which === "/deliver") return say("schema-type/places", values);
  return say("schema-type/place", { ...values, what: found[1] ?? "a place" });
}

/** The kind of place that a person who wrote this most likely meant. */
function kindMeant(node: Value): string {
  const [first = ""] = isMap(node) ? fieldsOf(node).keys() : [];
  const begun = isScalar(node) ? sourceOf(node) : first;
  return Object.keys(PLACES).find((kind) => begun.startsWith(kind)) ?? "file";
}

function wrongCollection({ field, types }: Wanted, node: Value): Said {
  const [first = ""] = isMap(node) ? fieldsOf(node).keys() : [];
  if (first.startsWith("-") && types.includes("array")) return say("yaml-syntax/dash");
  if (isIndex(field) && types.includes("object")) return say("schema-type/key-list");
  if (field === "keys") return say("schema-type/keys");
  const values = { field: titleOf(field), kind: kindOf(node) };
  if (types.includes("object")) return say("schema-type/not-mapping", values);
  const wanted = types.includes("array") ? "a list of texts" : "a single value";
  return say("schema-type/not-collection", { ...values, wanted });
}

function wrongScalar(wanted: Wanted, node: Scalar): Said {
  const { field, types } = wanted;
  const source = sourceOf(node);
  const text = String(node.value);
  const values = { field: titleOf(field), shown: shownOf(node), kind: kindOf(node), source };
  if (node.value === null) {
    const advice = insteadOfNothing(wanted);
    return say(source === "" ? "schema-type/nothing" : "schema-type/null", { ...values, advice });
  }
  if (types.includes("array") && /^-[^-\s]/.test(source)) return say("yaml-syntax/dash");
  if (types.includes("boolean")) {
    const meant = YES.test(text) ? "true" : NO.test(text) ? "false" : "true or false";
    return say("schema-type/boolean", { ...values, meant });
  }
  if (types.includes("integer")) return wrongInteger(wanted, node, values);
  return say(`schema-type/${variantFor(wanted)}`, values);
}

function insteadOfNothing({ field, types }: Wanted): string {
  if (isIndex(field)) return "write the item, or remove its dash";
  if (types.includes("boolean")) return "write true or false, or remove the line";
  return INSTEAD_OF_NOTHING[field] ?? "write a value, or remove the line";
}

function wrongInteger({ field, types }: Wanted, node: Scalar, values: Values): Said {
  const digits = typeof node.value === "string" ? node.value.trim() : sourceOf(node);
  const spelling = integerSpelling(digits);
  if (spelling) return spelling;
  if (typeof node.value === "string" && /^-?\d+$/.test(digits))
    return say("schema-type/quoted", { ...values, digits });
  if (types.includes("string")) return say("schema-type/time", values);
  return say(field === "remain_quota" ? "schema-type/quota" : "schema-type/number", values);
}

function variantFor({ parent, field, types }: Wanted) {
  if (types.includes("string")) {
    if (types.includes("array")) return field === "allow_ips" ? "addresses" : "models";
    return parent === "allow_ips" ? "address" : "text";
  }
  if (isIndex(field)) return "key-scalar";
  return types.includes("array") ? "list" : "mapping";
}

/** What to say of a value that is none of the few a field takes. */
export function wrongConstant(field: string, taken: unknown, node: Value): Problem {
  const range = at(node);
  if (field === "version") {
    const quoted = isScalar(node) && node.value === "1";
    return { ...say(quoted ? "schema-type/version" : "schema-value/version"), range };
  }
  const written = isScalar(node) ? sourceOf(node) : "";
  if (field === "status" && (written === "3" || written === "4")) {
    return { ...say("schema-value/status", { written }), range };
  }
  const choices = [taken].flat().filter((choice) => typeof choice === "string");
  const values = { field, shown: shownOf(node), choices: choices.join(" or ") };
  return { ...say("schema-value/choice", values), range };
}

/** The value as a message shows it, long ones cut. */
function shownOf(node: Value): string {
  if (!isScalar(node)) return "this";
  const source = sourceOf(node);
  const text = source.length > 40 ? `${source.slice(0, 40)}…` : source;
  return typeof node.value === "string" ? `"${text}"` : text || "nothing";
}

function kindOf(node: Value): string {
  if (!isScalar(node)) return isMap(node) ? "a mapping" : "a list";
  if (typeof node.value === "number") return "a number";
  return typeof node.value === "boolean" ? "a boolean" : "text";
}

function isIndex(field: string): boolean {
  return /^\d+$/.test(field);
}

function titleOf(field: string): string {
  return isIndex(field) ? "an item of the list" : field;
}
