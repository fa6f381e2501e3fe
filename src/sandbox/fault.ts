import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { unreachable } from "../model/unreachable.ts";
import { ZERO_VALUES, type WritableField } from "./record.ts";

/** Which requests a fault may strike; `put` is the full update, `status` the status-only one. */
export const FAULT_PLACES = [
  "any",
  "list",
  "get",
  "post",
  "put",
  "status",
  "delete",
  "write",
] as const;

export type FaultPlace = (typeof FAULT_PLACES)[number];

/** Faults that take no argument. "before" means the handler is not run, "after" that it is. */
export const PLAIN_FAULTS = [
  "reset-before",
  "reset-after",
  "hang-before",
  "hang-after",
  "500-before",
  "500-after",
  "502-html-before",
  "502-html-after",
  "html",
  "cut",
  "429-bare",
  "refuse",
  "refuse-after",
  "dead",
  "redirect",
] as const;

/** What a server that alters names makes of them; `cut` leaves 20 characters. */
const NAME_ALTERATIONS = ["lower", "cut", "nfd"] as const;

export type NameAlteration = (typeof NAME_ALTERATIONS)[number];

/** What goes wrong. Durations are milliseconds, `retryAfter` is seconds. */
export type FaultAction =
  | { readonly kind: (typeof PLAIN_FAULTS)[number] }
  /** The connection is destroyed at once, the handler runs later all the same. */
  | { readonly kind: "late"; readonly ms: number }
  /** The handler runs, and answers, after a wait; also when the client has left by then. */
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "429"; readonly retryAfter: number }
  /** The stored record keeps the field's old value while the answer shows the new one. */
  | { readonly kind: "drop"; readonly field: WritableField }
  /** The stored name is another form of the one that was sent. */
  | { readonly kind: "alter-name"; readonly how: NameAlteration }
  | { readonly kind: "refused-name"; readonly name: string };

/** When, counted over the requests the fault may strike, from 1. */
export type FaultTiming =
  | { readonly kind: "every" }
  | { readonly kind: "at"; readonly counts: readonly number[] }
  | { readonly kind: "from"; readonly count: number }
  | { readonly kind: "chance"; readonly percent: number };

export interface Fault {
  readonly where: FaultPlace;
  readonly action: FaultAction;
  readonly when: FaultTiming;
}

const FORM = 'write "WHERE KIND[:ARG] [WHEN]", for example "post reset-after #2"';
const ARGUMENT_KINDS = ["late", "slow", "429", "drop", "alter-name", "refused-name"] as const;
const FIELDS = Object.keys(ZERO_VALUES).filter(
  (field): field is WritableField => field in ZERO_VALUES,
);

/**
 * Reads one fault: `WHERE KIND[:ARG] [WHEN]`. WHEN is `#2`, `#2,5`, `#3-` (from the third on) or
 * `10%`; every matching request when absent.
 */
export function parseFault(text: string): Result<Fault, Diagnostic> {
  const [, place, kind, when] = /^\s*(\S+)\s+(.+?)(?:\s+(#\S*|\S*%))?\s*$/.exec(text) ?? [];
  if (place === undefined || kind === undefined) return bad(text, "it has no WHERE and KIND", FORM);
  const where = FAULT_PLACES.find((known) => known === place);
  if (where === undefined) {
    return bad(text, `${quote(place)} is no place for a fault`, oneOf(FAULT_PLACES));
  }
  const action = parseAction(text, kind);
  if (!action.ok) return action;
  const timing = parseTiming(text, when);
  return timing.ok ? ok({ where, action: action.value, when: timing.value }) : timing;
}

/** Reads several faults, in order; the first error ends it. */
export function parseFaults(texts: readonly string[]): Result<readonly Fault[], Diagnostic> {
  const faults: Fault[] = [];
  for (const text of texts) {
    const fault = parseFault(text);
    if (!fault.ok) return fault;
    faults.push(fault.value);
  }
  return ok(faults);
}

function parseAction(text: string, action: string): Result<FaultAction, Diagnostic> {
  const colon = action.indexOf(":");
  const name = colon < 0 ? action : action.slice(0, colon);
  const argument = colon < 0 ? undefined : action.slice(colon + 1);
  const plain = PLAIN_FAULTS.find((known) => known === name);
  if (plain !== undefined) {
    if (argument === undefined) return ok({ kind: plain });
    return bad(text, `${plain} takes no argument`, `write ${plain} alone`);
  }
  const kind = ARGUMENT_KINDS.find((known) => known === name);
  switch (kind) {
    case "late":
    case "slow":
      if (!isCount(argument)) return bad(text, `${kind} needs milliseconds`, `as in ${kind}:500`);
      return ok({ kind, ms: Number(argument) });
    case "429":
      if (argument === undefined) return ok({ kind, retryAfter: 1 });
      if (!isCount(argument)) return bad(text, "429 takes whole seconds", "as in 429:2");
      return ok({ kind, retryAfter: Number(argument) });
    case "drop": {
      const field = FIELDS.find((known) => known === argument);
      if (field === undefined) return bad(text, "drop needs a field", oneOf(FIELDS));
      return ok({ kind, field });
    }
    case "alter-name": {
      const how = NAME_ALTERATIONS.find((known) => known === argument);
      if (how === undefined) return bad(text, "alter-name needs a way", oneOf(NAME_ALTERATIONS));
      return ok({ kind, how });
    }
    case "refused-name":
      if (!argument) return bad(text, "refused-name needs a name", "as in refused-name:ci-prod");
      return ok({ kind, name: argument });
    case undefined: {
      const kinds = [...PLAIN_FAULTS, "late:MS", "slow:MS", "429[:SECONDS]", "drop:FIELD"];
      const fix = oneOf([...kinds, "alter-name:WAY", "refused-name:NAME"]);
      return bad(text, `${quote(name)} is no kind of fault`, fix);
    }
    default:
      return unreachable(kind);
  }
}

function parseTiming(text: string, when: string | undefined): Result<FaultTiming, Diagnostic> {
  if (when === undefined) return ok({ kind: "every" });
  const [, from] = /^#([1-9]\d*)-$/.exec(when) ?? [];
  if (from !== undefined) return ok({ kind: "from", count: Number(from) });
  if (/^#[1-9]\d*(,[1-9]\d*)*$/.test(when)) {
    return ok({ kind: "at", counts: when.slice(1).split(",").map(Number) });
  }
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(when)?.[1]);
  if (percent <= 100) return ok({ kind: "chance", percent });
  return bad(text, `${quote(when)} is no time for a fault`, "write #2, #2,5, #3- or 10%");
}

function isCount(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,9}$/.test(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function oneOf(names: readonly string[]): string {
  return `one of ${names.join(", ")}`;
}

function bad(text: string, why: string, fix: string): { ok: false; error: Diagnostic } {
  const message = `the fault ${quote(text)} is not understood: ${why}`;
  return err({ severity: "error", code: "usage", message, fix });
}
