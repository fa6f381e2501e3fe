import { type Located, type LocatedScalar, headOf } from "./nodes.ts";
import type { Problem } from "./problem.ts";
import { integerSpelling } from "./whole-number.ts";

type Words = Omit<Problem, "range">;

const YES = /^(?:y|yes|on|true|1)$/i;
const NO = /^(?:n|no|off|false|0)$/i;

/** What to say of a value of the wrong type; `expected` is the schema's `type`. */
export function wrongType(pointer: string, expected: unknown, node: Located): Problem {
  const [parent = "", field = ""] = pointer.split("/").slice(-2);
  const types = Array.isArray(expected) ? expected.map(String) : [String(expected)];
  const range = headOf(node);
  if (node.kind !== "scalar") return { ...forCollection(field, types, node), range };
  if (node.value === null) return { ...forNothing(field, types, node), range };
  if (types.includes("boolean")) return { ...forBoolean(field, node), range };
  if (types.includes("integer")) return { ...forInteger(field, types, node), range };
  if (types.includes("array") && types.includes("string")) {
    return { ...forListOrText(field, node), range };
  }
  if (types.includes("string")) return { ...forText(parent, field, node), range };
  return { ...forScalarInPlaceOfCollection(field, types, node), range };
}

function forCollection(field: string, types: readonly string[], node: Located): Words {
  const written = node.kind === "map" ? "a mapping" : "a list";
  const code = "schema-type";
  if (isIndex(field) && types.includes("object")) {
    return {
      code,
      message: "a key must be a mapping, not a list",
      fix: "write - name: and its fields",
    };
  }
  if (field === "keys") {
    return {
      code,
      message: "keys must be a list",
      fix: "begin each key with a dash: - name: ci-prod",
    };
  }
  if (types.includes("object")) {
    return {
      code,
      message: `${title(field)} must be a mapping, not ${written}`,
      fix: "write fields as name: value",
    };
  }
  const fix = types.includes("array") ? "write a list of texts" : "write a single value";
  return { code, message: `${title(field)} cannot be ${written}`, fix };
}

function forNothing(field: string, types: readonly string[], node: LocatedScalar): Words {
  const code = "schema-type";
  const message =
    node.source === ""
      ? `${title(field)} has no value`
      : `${title(field)} cannot be ${node.source}`;
  if (field === "name") {
    return {
      code,
      message,
      fix: 'write the name; one that begins with # or is null or ~ needs quotes, as in "#prod"',
    };
  }
  if (field === "model_limits") return { code, message, fix: "write [] for no limit" };
  if (field === "keys") return { code, message, fix: "write keys: [] if there are none" };
  if (field === "group") return { code, message, fix: 'write "" for no group' };
  if (field === "expired_time") return { code, message, fix: "write never, or remove the line" };
  if (types.includes("boolean"))
    return { code, message, fix: "write true or false, or remove the line" };
  if (isIndex(field)) return { code, message, fix: "write the item, or remove its dash" };
  return { code, message, fix: "write a value, or remove the line" };
}

function forBoolean(field: string, node: LocatedScalar): Words {
  const text = String(node.value);
  const fix = YES.test(text) ? "write true" : NO.test(text) ? "write false" : "write true or false";
  const message = `${field} must be true or false, and ${quoted(node)} is ${kindOf(node)}`;
  return { code: "schema-type", message, fix };
}

function forInteger(field: string, types: readonly string[], node: LocatedScalar): Words {
  const source = typeof node.value === "string" ? node.value.trim() : node.source;
  const takesText = types.includes("string");
  const spelling = integerSpelling(source);
  if (spelling) return spelling;
  if (typeof node.value === "string" && /^-?\d+$/.test(source)) {
    return {
      code: "schema-type",
      message: `${field} must be a number, and ${quoted(node)} is text`,
      fix: `write ${source} without quotes`,
    };
  }
  const unit = field === "remain_quota" ? "a whole number of quota units" : "a whole number";
  return {
    code: "schema-type",
    message: `${title(field)} must be ${takesText ? "a date or " : ""}${unit}, and ${quoted(node)} is ${kindOf(node)}`,
    fix: `write ${takesText ? "a date-time, never or Unix seconds" : `${unit}, as in 500000`}`,
  };
}

function forText(parent: string, field: string, node: LocatedScalar): Words {
  const message = `${title(field)} must be text, and YAML reads ${node.source} as ${kindOf(node)}`;
  const address = parent === "allow_ips";
  const fix = address ? EXAMPLE_ADDRESS : `put it in quotes: "${node.source}"`;
  return { code: "schema-type", message, fix };
}

const EXAMPLE_ADDRESS = "write an address such as 10.0.0.1, or a network such as 10.0.0.0/8";

function forListOrText(field: string, node: LocatedScalar): Words {
  const message = `${field} must be a list, and ${quoted(node)} is ${kindOf(node)}`;
  const example = field === "allow_ips" ? "10.0.0.0/8" : `"${node.source}"`;
  const nothing = field === "allow_ips" ? "restriction" : "limit";
  return {
    code: "schema-type",
    message,
    fix: `write a list, as in ${field}: [${example}], or [] for no ${nothing}`,
  };
}

function forScalarInPlaceOfCollection(
  field: string,
  types: readonly string[],
  node: LocatedScalar,
): Words {
  const code = "schema-type";
  if (isIndex(field)) {
    return {
      code,
      message: "a key must be a mapping with a name",
      fix: `write - name: ${node.source}`,
    };
  }
  const wanted = types.includes("array") ? "a list" : "a mapping";
  const fix = types.includes("array")
    ? "begin each item with a dash on a line of its own"
    : "write its fields as name: value on the lines below";
  return {
    code,
    message: `${title(field)} must be ${wanted}, and ${quoted(node)} is ${kindOf(node)}`,
    fix,
  };
}

function kindOf(node: LocatedScalar): string {
  if (typeof node.value === "number") return "a number";
  return typeof node.value === "boolean" ? "a boolean" : "text";
}

function isIndex(field: string): boolean {
  return /^\d+$/.test(field);
}

function title(field: string): string {
  if (field === "") return "the file";
  return isIndex(field) ? "an item of the list" : field;
}

/** What to say of a value that is none of the few a field takes. */
export function wrongConstant(field: string, schema: unknown, node: Located): Problem {
  const range = headOf(node);
  const written = node.kind === "scalar" ? node.source : "this";
  if (field === "version") return { ...versionWords(node), range };
  if (field === "status" && (written === "3" || written === "4")) {
    return {
      code: "schema-value",
      range,
      message: `status ${written} is set by the server itself, when a key has expired or is used up`,
      fix: "write enabled or disabled",
    };
  }
  const choices = Array.isArray(schema)
    ? schema.filter((choice) => typeof choice === "string")
    : [];
  return {
    code: "schema-value",
    range,
    message: `${field} cannot be ${quoted(node)}`,
    fix: `write ${choices.join(" or ")}`,
  };
}

function versionWords(node: Located): Omit<Problem, "range"> {
  if (node.kind === "scalar" && node.value === "1") {
    return {
      code: "schema-type",
      message: "version is text here",
      fix: "write version: 1 without quotes",
    };
  }
  return {
    code: "schema-value",
    message: "this program reads files of version 1",
    fix: "write version: 1",
  };
}

/** The value as a message shows it, long ones cut. */
export function quoted(node: Located): string {
  if (node.kind !== "scalar") return "this";
  const text = node.source.length > 40 ? `${node.source.slice(0, 40)}…` : node.source;
  return typeof node.value === "string" ? `"${text}"` : text || "nothing";
}
