import { isScalar, isSeq } from "yaml";
import { canonicalAddress, isOpenNetwork } from "../model/address.ts";
import { warnOfEatenComment } from "./forbidden-text.ts";
import { at, canonicalTextOf, sourceOf, textOf, type Value } from "./nodes.ts";
import { STAGED } from "../model/key.ts";
import type { MessageKey, Range, Report } from "./problem.ts";

const MAX_CODE_POINTS = 50;
const MAX_SURE_BYTES = 50;

/** Of a group or a model; no server has a longer one, and each may stand under every key. */
const LONGEST_TEXT = 200;

// A joiner between two pictographs makes one emoji of them; anywhere else it cannot be seen.
const EMOJI_JOINER =
  /(?<=\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D(?=\p{Extended_Pictographic})/gu;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

// Tells that a pictograph or a keycap is shown in colours.
const EMOJI_STYLE = /(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]|(?<=[\d#*])\uFE0F(?=\u20E3)/gu;
const RESERVED = /~(?:new|\d+)$/;

/** The exact name of a key, in NFC; `undefined` when it cannot be one, which is reported. */
export function readName(node: Value, report: Report, isAbsent: boolean): string | undefined {
  const name = canonicalTextOf(node);
  return name === undefined ? undefined : checkName(name, at(node), report, isAbsent);
}

/** The same of a text that stands in no file. */
export function checkName(
  name: string,
  range: Range,
  report: Report,
  isAbsent = false,
): string | undefined {
  if (name === "") return report(range, "name-invalid/empty");
  if (name.length > LONGEST_TEXT) {
    return report(range, "name-invalid/length", { length: name.length });
  }
  if (CONTROL.test(name)) return report(range, "name-invalid/control");
  if (name.trim() !== name) return report(range, "name-invalid/padded");
  const [hidden] =
    INVISIBLE.exec(name.replaceAll(EMOJI_JOINER, "").replaceAll(EMOJI_STYLE, "")) ?? [];
  if (hidden !== undefined) {
    const hex = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return report(range, "name-invalid/invisible", { character: `U+${hex}` });
  }
  const length = Array.from(name).length;
  if (length > MAX_CODE_POINTS) return report(range, "name-invalid/length", { length });
  const [ending] = RESERVED.exec(name) ?? [];
  // What was left on its way may be taken away.
  const isLeft = isAbsent && ending === STAGED;
  if (ending !== undefined && !isLeft) return report(range, "name-reserved", { ending });
  // CometAPI documents characters; servers of the family exist that count bytes.
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > MAX_SURE_BYTES) report(range, "name-long", { bytes });
  return name;
}

/** A group's name exactly as the account has it; `""` is none. */
export function readGroup(node: Value, report: Report): string | undefined {
  const group = textOf(node);
  if (group === undefined) return undefined;
  if (group.length > LONGEST_TEXT) return report(at(node), "group-invalid/length");
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
  report: Report,
  text: string,
): readonly string[] | undefined {
  return onceRead(MODELS, node, () => {
    if (isTooLongText(node)) return report(at(node), "models-invalid/list");
    const read = readModelList(node, report, text);
    return isTooLong(read) ? report(at(node), "models-invalid/list") : read;
  });
}

type Lists = WeakMap<Value, readonly string[] | undefined>;

/** What was read of each node; one may stand for models here and for addresses there. */
const MODELS: Lists = new WeakMap();
const ADDRESSES: Lists = new WeakMap();

/** What an alias stands for is read once, and its faults are told once. */
function onceRead(
  known: Lists,
  node: Value,
  read: () => readonly string[] | undefined,
): readonly string[] | undefined {
  if (known.has(node)) return known.get(node);
  const list = read();
  known.set(node, list);
  return list;
}

function readModelList(node: Value, report: Report, text: string): readonly string[] | undefined {
  if (isSeq<Value>(node)) return allOf(node.items.map((item) => readModel(item, report, text)));
  const written = textOf(node);
  if (written === undefined) return undefined;
  if (written.trim() === "") return [];
  warnOfEatenComment(node, text, report);
  const ids = written.split(",").map((id) => id.trim());
  const fault = ids.map(modelFault).find((fault) => fault !== undefined);
  return fault ? report(at(node), fault) : [...new Set(ids)];
}

function readModel(item: Value, report: Report, text: string): string | undefined {
  const id = textOf(item)?.trim();
  if (id === undefined) return undefined;
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
  if (id.length > LONGEST_TEXT) return "models-invalid/length";
  if (id.startsWith("-")) return "models-invalid/dash";
  if (/[\r\n]/.test(id)) return "models-invalid/line-break";
  if (/\s/u.test(id)) return "models-invalid/white-space";
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(id) ? "models-invalid/invisible" : undefined;
}

/**
 * `allow_ips` in canonical spelling, without repeats, in file order; `[]` for an empty list, empty
 * text and a written null. Text holds one address a line, as the server has it.
 */
export function readAddresses(node: Value, report: Report): readonly string[] | undefined {
  return onceRead(ADDRESSES, node, () => {
    if (isTooLongText(node)) return report(at(node), "address-invalid/list");
    const read = readAddressList(node, report);
    return isTooLong(read) ? report(at(node), "address-invalid/list") : read;
  });
}

function readAddressList(node: Value, report: Report): readonly string[] | undefined {
  if (isScalar(node) && node.value === null) {
    if (sourceOf(node) !== "") return [];
    // A line that somebody did not end must not let everybody in.
    const values = { field: "allow_ips", advice: "write [] for no restriction" };
    return report(at(node), "schema-type/nothing", values);
  }
  if (isSeq<Value>(node)) {
    return allOf(node.items.map((item) => readAddress(textOf(item)?.trim(), at(item), report)));
  }
  const lines = textOf(node)
    ?.split("\n")
    .map((line) => line.trim());
  if (lines === undefined) return undefined;
  // All lines have one place: the first fault and the first network of all addresses are told there.
  const addresses = new Set<string>();
  for (const line of new Set(lines)) {
    const address = line === "" ? "" : readAddress(line, at(node), report);
    if (address === undefined) return undefined;
    if (address !== "") addresses.add(address);
  }
  return [...addresses];
}

function readAddress(text: string | undefined, range: Range, report: Report): string | undefined {
  if (text === undefined) return undefined;
  const address = canonicalAddress(text);
  if (!address.ok) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    const { kind, ...details } = address.error;
    const values = { shown, list: listOf(shown), advice: adviceOn(shown), ...details };
    return report(range, `address-invalid/${kind}`, values);
  }
  if (isOpenNetwork(address.value)) report(range, "address-open", { address: address.value });
  return address.value;
}

/** Of the text that the server stores: a record of more than 64 kB could not be read back. */
const LONGEST_LIST = 32_000;

/** Of the text as it is written, which can hold repeats and spaces: no list that is taken needs more. */
const LONGEST_LIST_TEXT = 2 * LONGEST_LIST;

function isTooLongText(node: Value): boolean {
  return (textOf(node)?.length ?? 0) > LONGEST_LIST_TEXT;
}

function isTooLong(list: readonly string[] | undefined): boolean {
  return list !== undefined && list.join(",").length > LONGEST_LIST;
}

/** The values without repeats, if each could be read. */
function allOf(values: readonly (string | undefined)[]): readonly string[] | undefined {
  const read = values.filter((value) => value !== undefined);
  return read.length === values.length ? [...new Set(read)] : undefined;
}

/** What to write in place of a text that is not an address at all. */
function adviceOn(text: string): string {
  if (/^[\d.]+(?:\/\d+)?$/.test(text))
    return "write four decimal numbers without leading zeros, as in 10.0.0.1 or 10.0.0.0/8";
  if (/^\*|[\d.]+\*/.test(text)) return "write a network instead of *, as in 10.0.0.0/8";
  if (/[g-z]/i.test(text)) return "write addresses: the server does not look up host names";
  return "write an address such as 10.0.0.1 or 2001:db8::1, or a network such as 10.0.0.0/8";
}

/** The addresses of a text that holds several, as the items of a YAML list. */
function listOf(text: string): string {
  const items = text.split(text.includes(",") ? "," : /\s/u).map((part) => part.trim());
  return items
    .filter((part) => part !== "")
    .map((part) => (part.includes(":") ? `"${part}"` : part))
    .join(", ");
}
