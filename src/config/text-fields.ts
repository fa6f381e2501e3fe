import { isScalar, isSeq } from "yaml";
import { warnOfEatenComment } from "./forbidden-text.ts";
import { at, textOf, type Value } from "./nodes.ts";
import type { MessageKey, Range, Report } from "./problem.ts";

const MAX_CODE_POINTS = 50;
const MAX_SURE_BYTES = 50;

// A joiner between two pictographs makes one emoji of them; anywhere else it cannot be seen.
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic})/gu;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
const INVISIBLE = /\p{Cf}/u;
const RESERVED = /~(?:new|\d+)$/;

/** The exact name of a key, in NFC; `undefined` when it cannot be one, which is reported. */
export function readName(node: Value, report: Report): string | undefined {
  const name = textOf(node)?.normalize("NFC");
  return name === undefined ? undefined : checkName(name, at(node), report);
}

function checkName(name: string, range: Range, report: Report): string | undefined {
  if (name === "") return report(range, "name-invalid/empty");
  if (CONTROL.test(name)) return report(range, "name-invalid/control");
  if (name.trim() !== name) return report(range, "name-invalid/padded");
  const [hidden] = INVISIBLE.exec(name.replaceAll(EMOJI_JOINER, "")) ?? [];
  if (hidden !== undefined) {
    const hex = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return report(range, "name-invalid/invisible", { character: `U+${hex}` });
  }
  const length = Array.from(name).length;
  if (length > MAX_CODE_POINTS) return report(range, "name-invalid/length", { length });
  const [ending] = RESERVED.exec(name) ?? [];
  if (ending !== undefined) return report(range, "name-reserved", { ending });
  // CometAPI documents characters; servers of the family exist that count bytes.
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > MAX_SURE_BYTES) report(range, "name-long", { bytes });
  return name;
}

/** A group's name exactly as the account has it; `""` is none. */
export function readGroup(node: Value, report: Report): string | undefined {
  const group = textOf(node);
  if (group === undefined) return undefined;
  if (group.trim() !== group) return report(at(node), "group-invalid/padded");
  const invisible = CONTROL.test(group) || INVISIBLE.test(group);
  return invisible ? report(at(node), "group-invalid/invisible") : group;
}

/**
 * `model_limits` as ids, trimmed and without repeats, in file order. The server splits on commas
 * and does not trim, so a space inside an id would silently block that model.
 */
export function readModels(
  node: Value,
  text: string,
  report: Report,
): readonly string[] | undefined {
  if (isSeq<Value>(node)) {
    const ids = node.items.map((item) => readItem(item, text, report));
    const sound = ids.filter((id) => id !== undefined);
    return sound.length === ids.length ? [...new Set(sound)] : undefined;
  }
  const written = textOf(node);
  if (written === undefined || !isScalar(node)) return undefined;
  if (written.trim() === "") return [];
  warnOfEatenComment(node, text, report);
  const ids = written.split(",").map((id) => id.trim());
  const fault = ids.map(modelFault).find((fault) => fault !== undefined);
  return fault ? report(at(node), fault) : [...new Set(ids)];
}

function readItem(item: Value, text: string, report: Report): string | undefined {
  const id = textOf(item)?.trim();
  if (id === undefined || !isScalar(item)) return undefined;
  warnOfEatenComment(item, text, report);
  if (id.includes(",")) {
    const models = id.split(",").map((part) => part.trim());
    const list = models.filter((model) => model !== "").join(", ");
    return report(at(item), "models-invalid/several", { list });
  }
  const fault = modelFault(id);
  return fault ? report(at(item), fault) : id;
}

function modelFault(id: string): MessageKey | undefined {
  if (id === "") return "models-invalid/empty";
  if (/[\r\n]/.test(id)) return "models-invalid/line-break";
  if (/\s/u.test(id)) return "models-invalid/white-space";
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(id) ? "models-invalid/invisible" : undefined;
}
