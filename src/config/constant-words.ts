import { headOf, type Located } from "./located.ts";
import type { Problem } from "./problem.ts";
import { quoted } from "./quoted.ts";

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
