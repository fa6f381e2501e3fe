import type { Code } from "../model/codes.ts";
import type { LiveKey } from "../model/key.ts";
import type { Outcome, OutcomeStatus } from "../model/outcome.ts";
import type { FieldChange } from "../model/plan.ts";
import { cutText, firstOf } from "../model/text.ts";

type Of = Pick<Outcome, "action" | "name">;

export function done({ action, name }: Of, id: number, note?: string): Outcome {
  const said = note === undefined ? {} : { note: cutText(note, MAX_MESSAGE) };
  return { action, name, status: "done", id, ...said };
}

/** Code points; whatever a hostile server has put into it, an outcome is told. */
const MAX_MESSAGE = 4_000;

function ended(status: OutcomeStatus, of: Of, code: Code, message: string, id?: number): Outcome {
  const error = { code, message: cutText(message, MAX_MESSAGE) };
  const outcome = { action: of.action, name: of.name, status, error };
  return id === undefined ? outcome : { ...outcome, id };
}

export function failed(of: Of, code: Code, message: string, id?: number): Outcome {
  return ended("failed", of, code, message, id);
}

export function unknown(of: Of, message: string, id?: number): Outcome {
  return ended("unknown", of, "outcome-unknown", message, id);
}

export function notAttempted(of: Of, code: Code, message: string, id?: number): Outcome {
  return ended("not_attempted", of, code, message, id);
}

/** A live name in quotes; a server sets no bound to it. */
export function quoted(name: string): string {
  return `"${cutText(name, MAX_NAME)}"`;
}

const MAX_NAME = 200;

/** Names the fields in which a record is not as wanted, with what it shows. */
export function differing(changes: readonly FieldChange[]): string {
  return changes
    .map(({ field, before, after }) => `${field} is ${show(before)} instead of ${show(after)}`)
    .join(", ");
}

function show(value: FieldChange["before"]): string {
  if (typeof value === "string") return JSON.stringify(cutText(value, MAX_NAME));
  if (!Array.isArray(value)) return JSON.stringify(value);
  const { shown, more } = firstOf(value, MAX_ITEMS);
  return `[${shown.map((item) => JSON.stringify(cutText(item, MAX_NAME))).join(",")}]${more}`;
}

/** A record can hold thousands, and a hostile server as many records. */
const MAX_ITEMS = 20;

/** Several records for one name that the tool must not choose between. */
export function duplicatesMessage(
  keys: readonly Pick<LiveKey, "id">[],
  name = "this name",
): string {
  return `${keys.length} live keys have ${name} (ids ${idsOf(keys)}); delete all but one by hand`;
}

/** A server may show any number of keys of one name. */
export function idsOf(keys: readonly Pick<LiveKey, "id">[]): string {
  const { shown, more } = firstOf(keys, MAX_ITEMS);
  return shown.map(({ id }) => id).join(", ") + more;
}
