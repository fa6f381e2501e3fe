import { eatenComment } from "./forbidden-text.ts";
import { type Located, headOf } from "./nodes.ts";
import type { Problem, Range, Report } from "./problem.ts";

const MAX_CODE_POINTS = 50;
const MAX_SURE_BYTES = 50;

// A joiner between two pictographs makes one emoji of them; anywhere else it cannot be seen.
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic})/gu;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
const INVISIBLE = /\p{Cf}/u;
const RESERVED = /~(?:new|\d+)$/;

/** The exact name of a key, in NFC; `undefined` when it cannot be one, which is reported. */
export function readName(node: Located, report: Report): string | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "string") return undefined;
  const name = node.value.normalize("NFC");
  const range = headOf(node);
  const fault = nameFault(name);
  if (fault) {
    report({ code: "name-invalid", range, ...fault });
    return undefined;
  }
  const reserved = RESERVED.exec(name);
  if (reserved) {
    const message = `names ending in ${reserved[0]} are reserved for keys this program makes on the way`;
    report({ code: "name-reserved", range, message, fix: "choose another name" });
    return undefined;
  }
  warnIfLong(name, range, report);
  return name;
}

function nameFault(name: string): { readonly message: string; readonly fix: string } | undefined {
  if (name === "") return { message: "the name is empty", fix: "write the name of the key" };
  if (CONTROL.test(name)) {
    return {
      message: "the name has a control character or a line break",
      fix: "write it on one line, without escapes such as \\n and \\t",
    };
  }
  if (name.trim() !== name) {
    return { message: "the name begins or ends with white space", fix: "remove it" };
  }
  const hidden = INVISIBLE.exec(name.replaceAll(EMOJI_JOINER, ""));
  if (hidden) {
    return {
      message: `the name has an invisible character (${codePointOf(hidden[0])})`,
      fix: "remove it, or type the name again",
    };
  }
  const length = Array.from(name).length;
  if (length <= MAX_CODE_POINTS) return undefined;
  const message = `the name has ${length} characters; the server takes ${MAX_CODE_POINTS}`;
  return { message, fix: "shorten it" };
}

/** CometAPI documents characters; servers of the family exist that count bytes. */
function warnIfLong(name: string, range: Range, report: Report): void {
  const bytes = new TextEncoder().encode(name).length;
  if (bytes <= MAX_SURE_BYTES) return;
  report({
    severity: "warning",
    code: "name-long",
    range,
    message: `the name is ${bytes} bytes long; a server that counts bytes refuses more than ${MAX_SURE_BYTES}`,
    fix: "shorten it if the server refuses the key",
  });
}

function codePointOf(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `U+${hex.padStart(4, "0")}`;
}

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
