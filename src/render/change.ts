import { structuredPatch } from "diff";
import type { Code } from "../model/codes.ts";
import type { SourceSpan } from "../model/diagnostic.ts";
import type { DesiredKey, LiveKey } from "../model/key.ts";
import { instantText, type Direction, type FieldValue } from "../model/field-rules.ts";
import { FIELDS } from "../model/fields.ts";
import { destinationOf } from "../model/sink.ts";
import { cutText, firstOf } from "../model/text.ts";
import type { Action, Change, FieldChange, Plan } from "../model/plan.ts";
import { escapeTerminal } from "./escape.ts";

/** What marks each action for a reader. */
export const SIGNS: Readonly<Record<Action, string>> = {
  create: "+",
  update: "~",
  delete: "-",
  conflict: "!",
  blocked: "!",
};

/** What every format tells about a change, in one shape for all kinds. No text is escaped yet. */
export interface Described {
  readonly action: Action;
  readonly name: string;
  readonly id: number | undefined;
  readonly at: SourceSpan;
  /** What it does to what the key may do; `undefined` where nothing is written. */
  readonly direction: Direction | undefined;
  /** What lets the key do more, in words; `undefined` where nothing does. */
  readonly widens: string | undefined;
  readonly dangers: readonly string[];
  readonly fields: readonly FieldChange[];
  /** See `Plan`. */
  readonly quotaPerUnit: number | undefined;
  /** The key is in no file. */
  readonly pruned: true | undefined;
  /** Where the value of a new key goes. */
  readonly deliver: readonly string[];
  /** The id of a key that a run before has left under its staged name. */
  readonly resumes: number | undefined;
  /** Why nothing is written; `undefined` where something is. */
  readonly refusal: { readonly code: Code; readonly reason: string } | undefined;
  /** The live key to be deleted, or those among which a person has to choose. */
  readonly keys: readonly DescribedKey[];
}

/** What is told of a live key. The rest of its record may be large, and there may be thousands of them. */
export type DescribedKey = Pick<
  LiveKey,
  "id" | "name" | "created_time" | "accessed_time" | "used_quota"
>;

export function describePlan({ changes, quotaPerUnit }: Plan): readonly Described[] {
  return changes.map((change) => describe(change, quotaPerUnit));
}

function describe(change: Change, quotaPerUnit: number | undefined): Described {
  const { action, name } = change;
  if (action === "conflict" || action === "blocked") {
    const { at, code, reason } = change;
    const nothing = { id: undefined, direction: undefined, widens: undefined, pruned: undefined };
    const keys = action === "conflict" ? change.keys.map(describeKey) : [];
    return {
      action,
      name,
      ...nothing,
      at,
      dangers: [],
      fields: [],
      deliver: [],
      resumes: undefined,
      quotaPerUnit,
      refusal: { code, reason },
      keys,
    };
  }
  const { direction, fields } = change;
  return {
    action,
    name,
    id: action === "create" ? undefined : change.id,
    at: change.desired.at,
    direction,
    widens: direction === "widen" ? widening(action, fields) : undefined,
    dangers: change.dangers.map(({ message }) => message),
    fields,
    deliver: action === "create" ? destinations(change.desired) : [],
    resumes: action === "create" ? change.resumes?.id : undefined,
    quotaPerUnit,
    pruned: change.pruned,
    refusal: undefined,
    keys: action === "delete" ? [describeKey(change.live)] : [],
  };
}

function describeKey(key: LiveKey): DescribedKey {
  const { id, name, created_time, accessed_time, used_quota } = key;
  return { id, name, created_time, accessed_time, used_quota };
}

function destinations({ deliver = [] }: DesiredKey): readonly string[] {
  return deliver.map(({ sink }) => destinationOf(sink));
}

function widening(action: Action, fields: readonly FieldChange[]): string {
  if (action === "create") return "new key";
  const wider = fields.filter(({ direction }) => direction === "widen");
  return wider.map(({ field }) => field).join(", ");
}

/** A live key with what helps to tell it from others; its name only where that is not `name`. */
export function keyText(key: DescribedKey, name: string): string {
  const other = key.name === name ? "" : `${JSON.stringify(cutText(key.name, MAX_ITEM))}, `;
  const used = key.accessed_time > key.created_time ? instantText(key.accessed_time) : "never";
  return `${other}id ${key.id}, created ${instantText(key.created_time)}, last used ${used}, ${key.used_quota} used`;
}

/** That a run before has made the key already. */
export function resumedText({ resumes }: Described): readonly string[] {
  return resumes === undefined ? [] : [`created already (id ${resumes}), not delivered yet`];
}

/** One value of a field on one line, safe for a terminal; quota also as money, where the rate is known. */
export function valueText(
  field: FieldChange["field"],
  value: FieldValue,
  quotaPerUnit?: number,
): string {
  if (value === null) return "(none)";
  if (typeof value === "number" && field !== "name") {
    return FIELDS[field].text?.(value, quotaPerUnit) ?? String(value);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return "(none)";
    const { shown, more } = firstOf(value, MAX_ITEMS);
    return shown.map(itemText).join(", ") + more;
  }
  if (typeof value === "string") return value === "" ? '""' : itemText(value);
  return String(value);
}

/** Items of a list that are shown on one line; more are counted. */
const MAX_ITEMS = 20;

/** Code points of an item, or of a name: a server sets no bound. */
const MAX_ITEM = 200;

/**
 * An item with spaces or commas would look like several; quoting shows what is really stored. It may stand
 * alone on a line, where GitHub's runner would take `::name::` for a command.
 */
export function itemText(item: string): string {
  const text = cutText(item, MAX_ITEM);
  const plain = /^(?!::.*::)[^\s,"]+$/.test(text);
  return escapeTerminal(plain ? text : JSON.stringify(text));
}

/**
 * Lists that differ in more items are not compared line by line: that takes the square of it, for each key of
 * a file, and what is around a line says little then.
 */
const MAX_EDITS = 40;

/** The lines of a list that change, marked `-` and `+`, with one line around them unless they are many. */
export function listHunks(before: readonly string[], after: readonly string[]): readonly string[] {
  const edits = [...without(before, after, "-"), ...without(after, before, "+")];
  if (edits.length > MAX_EDITS) return edits;
  // The server reads these lists as sets, so order would only make noise. Stored items may hold
  // line ends, so each is compared in its JSON form, which is always one line.
  const text = (items: readonly string[]): string =>
    items
      .toSorted()
      .map((item) => `${JSON.stringify(item)}\n`)
      .join("");
  const options = { context: 1, maxEditLength: MAX_EDITS };
  const patch = structuredPatch("", "", text(before), text(after), "", "", options);
  if (patch === undefined) return edits;
  return patch.hunks.flatMap((hunk) =>
    hunk.lines.map((line) => line.slice(0, 1) + String(JSON.parse(line.slice(1)))),
  );
}

function without(items: readonly string[], others: readonly string[], mark: string): string[] {
  const known = new Set(others);
  return items
    .filter((item) => !known.has(item))
    .toSorted()
    .map((item) => mark + item);
}
