import { headOf, type Located } from "./located.ts";
import type { Problem, Report } from "./problem.ts";
import { eatenComment } from "./eaten-comment.ts";

/**
 * `model_limits` as ids, trimmed and without repeats, in file order. The server splits on commas
 * and does not trim, so a space inside an id would silently block that model.
 */
export function readModels(
  node: Located,
  text: string,
  report: Report,
): readonly string[] | undefined {
  if (node.kind === "list") return readList(node.items, text, report);
  if (node.kind !== "scalar" || typeof node.value !== "string") return undefined;
  if (node.value.trim() === "") return [];
  eatenComment(node, text, report);
  const ids: string[] = [];
  for (const part of node.value.split(",")) {
    const words = idFault(part.trim());
    if (words) {
      report({ ...words, range: headOf(node) });
      return undefined;
    }
    ids.push(part.trim());
  }
  return [...new Set(ids)];
}

function readList(
  items: readonly Located[],
  text: string,
  report: Report,
): readonly string[] | undefined {
  const ids: string[] = [];
  let sound = true;
  for (const item of items) {
    if (item.kind !== "scalar" || typeof item.value !== "string") {
      sound = false;
      continue;
    }
    eatenComment(item, text, report);
    const id = item.value.trim();
    const words = id.includes(",") ? commaFault(id) : idFault(id);
    if (words) {
      report({ ...words, range: headOf(item) });
      sound = false;
    }
    ids.push(id);
  }
  return sound ? [...new Set(ids)] : undefined;
}

function commaFault(id: string): Omit<Problem, "range"> {
  const parts = id.split(",").map((part) => part.trim());
  const list = parts.filter((part) => part !== "").join(", ");
  return fault(
    "one item of the list holds several models",
    `write them as items of their own: [${list}]`,
  );
}

function idFault(id: string): Omit<Problem, "range"> | undefined {
  if (id === "")
    return fault("a model id is empty", "remove the extra comma or item; [] lifts the limit");
  if (/[\r\n]/.test(id)) {
    return fault("a model id has a line break in it", "write a list, one model an item");
  }
  if (/\s/u.test(id)) {
    return fault("a model id has white space in it", "separate models by commas, or write a list");
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(id)) {
    return fault(
      "a model id has a control or invisible character in it",
      "remove it, or type the id again",
    );
  }
  return undefined;
}

function fault(message: string, fix: string): Omit<Problem, "range"> {
  return { code: "models-invalid", message, fix };
}
