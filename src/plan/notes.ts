import { foldName } from "../model/altered-name.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { instantText } from "../model/field-rules.ts";
import { groupByName, type DesiredKey, type LiveKey } from "../model/key.ts";
import { STATUS } from "../model/status.ts";
import type { Change } from "../model/plan.ts";
import { compareGrant, grantOf } from "../model/quota.ts";
import { cutText, firstOf } from "../model/text.ts";
import type { FoundKey } from "./records.ts";

/**
 * Things worth knowing about a declared key that is live, though they change nothing; what the
 * planned change puts right is left out.
 */
export function liveNotes(
  desired: DesiredKey,
  live: LiveKey,
  change?: Change,
): readonly Diagnostic[] {
  const notes: Diagnostic[] = [];
  const note = (code: Diagnostic["code"], message: string): void => {
    notes.push({
      severity: "note",
      code,
      message: `"${desired.name}": ${message}`,
      at: desired.at,
    });
  };
  const { fields } = desired;
  const changed = change !== undefined && "fields" in change ? change.fields : [];
  const enables = changed.some(({ field }) => field === "status");
  const limited = fields.unlimited_quota !== true && !live.unlimited_quota;
  if (fields.remain_quota !== undefined && limited) {
    if (compareGrant(fields.remain_quota, live) === "slight-excess") {
      const excess = grantOf(live) - fields.remain_quota;
      note("quota-excess", `granted ${excess} more than declared, within 0.1 %; left as it is`);
    }
  }
  if (!enables && live.status === STATUS.expired)
    note("not-enabled", "expired, as the server reports it");
  if (!enables && live.status === STATUS.exhausted) note("not-enabled", "its quota is used up");
  if (live.status === STATUS.disabled && fields.status === undefined) {
    note("not-enabled", "disabled by hand; declare `status` to manage that");
  }
  if (live.expired_time === 0 && fields.expired_time === undefined) {
    note(
      "created-expired",
      "its expired_time is 0, so it never works; declare `expired_time: never`",
    );
  }
  return notes;
}

const SOON_S = 30 * 86_400;
const NEARLY = 0.9;
const NAMED = 10;

/**
 * A key is delivered when it is created. That `deliver` was added since, or changed, cannot be seen on the
 * server.
 */
export function deliveryNotes(found: readonly FoundKey[]): readonly Diagnostic[] {
  const live = found.flatMap(({ desired, record, staged }) =>
    desired.deliver !== undefined && record !== undefined && staged.length === 0 ? desired : [],
  );
  const [first] = live;
  if (first === undefined) return [];
  const { shown, more } = firstOf(live, NAMED);
  const names = shown.map(({ name }) => `"${name}"`).join(", ");
  const message = `a live key is not delivered again: ${names}${more}; where deliver was added or changed since, run deliver NAME`;
  return [{ severity: "note", code: "not-delivered", message, at: first.at }];
}

/**
 * Keys that will soon stop working by themselves, once what is planned is done: one note for those that
 * expire within 30 days, one for those that have used nine tenths of what they were granted. Neither is
 * ever drift.
 */
export function endingNotes(found: readonly FoundKey[], now: number): readonly Diagnostic[] {
  const expiring: string[] = [];
  const spent: string[] = [];
  for (const { desired, record: key } of found) {
    const { name, state, fields } = desired;
    if (state === "absent" || key === undefined) continue;
    if (fields.status === "disabled" || key.status === STATUS.disabled) continue;
    const expiry = fields.expired_time ?? key.expired_time;
    if (expiry > now && expiry <= now + SOON_S) expiring.push(`"${name}" (${instantText(expiry)})`);
    const grant = fields.remain_quota ?? grantOf(key);
    const isLimited = !(fields.unlimited_quota ?? key.unlimited_quota) && key.used_quota < grant;
    const share = key.used_quota / grant;
    if (isLimited && share >= NEARLY) spent.push(`"${name}" (${Math.floor(share * 100)} %)`);
  }
  return [
    ...noteOf("expires-soon", "expiring within 30 days", expiring),
    ...noteOf("nearly-used-up", "used up by 90 % or more", spent),
  ];
}

function noteOf(
  code: Diagnostic["code"],
  what: string,
  keys: readonly string[],
): readonly Diagnostic[] {
  if (keys.length === 0) return [];
  const { shown, more } = firstOf(keys, NAMED);
  return [{ severity: "note", code, message: `${what}: ${shown.join(", ")}${more}` }];
}

/** Live names that a reader would take for a declared one, and undeclared duplicates. */
export function strayNotes(
  desired: readonly DesiredKey[],
  unmanaged: readonly LiveKey[],
): readonly Diagnostic[] {
  const declared = new Map(desired.map((key) => [foldName(key.name), key]));
  const notes: Diagnostic[] = [];
  const byName = groupByName(unmanaged);
  for (const [name, keys] of byName) {
    const { shown, more } = firstOf(keys, NAMED);
    const ids = shown.map((key) => key.id).join(", ") + more;
    const lookalike = declared.get(foldName(name));
    if (lookalike !== undefined) {
      const message = `live key ${quotedName(name)} (id ${ids}) is not the declared "${lookalike.name}": a name is matched exactly`;
      notes.push({ severity: "note", code: "name-lookalike", message, at: lookalike.at });
    } else if (keys.length > 1) {
      const message = `${keys.length} undeclared live keys are named ${quotedName(name)} (ids ${ids})`;
      notes.push({ severity: "note", code: "duplicates", message });
    }
  }
  return notes;
}

/** A server sets no bound to a name. */
function quotedName(name: string): string {
  return JSON.stringify(cutText(name, MAX_NAME));
}

const MAX_NAME = 200;

/** Warnings and notes of one plan; more than anybody reads at once. */
const MOST_TOLD = 200;

/**
 * All errors, the first warnings and notes, and how many there are beside them. One of each code stays,
 * whatever else there is: a caller may ask whether a code is among them, as drift does.
 */
export function boundedDiagnostics(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const mild = all.filter(({ severity }) => severity !== "error");
  if (mild.length <= MOST_TOLD) return all;
  const warnings = mild.filter(({ severity }) => severity === "warning");
  const notes = mild.filter(({ severity }) => severity === "note");
  const ranked = [...warnings, ...notes];
  const codes = new Set(ranked.map(({ code }) => code));
  const firsts = [...codes].flatMap((code) => ranked.find((one) => one.code === code) ?? []);
  const kept = new Set([...new Set([...firsts, ...ranked])].slice(0, MOST_TOLD));
  const message = `and ${mild.length - MOST_TOLD} more warnings and notes, which are not shown`;
  return [
    ...all.filter((one) => one.severity === "error" || kept.has(one)),
    { severity: "note", code: "problems-more", message },
  ];
}

/** Models and groups the server says it does not know; it may still learn them, so only warnings. */
export function unknownNameWarnings(
  desired: readonly DesiredKey[],
  known: {
    readonly models: ReadonlySet<string> | undefined;
    readonly groups: ReadonlySet<string> | undefined;
  },
): readonly Diagnostic[] {
  const found = new Map<string, { readonly warning: Diagnostic; readonly names: string[] }>();
  const warn = (code: Diagnostic["code"], message: string, { name, at }: DesiredKey): void => {
    const warning: Diagnostic = { severity: "warning", code, message, at };
    const same = found.get(message) ?? { warning, names: [] };
    same.names.push(name);
    found.set(message, same);
  };
  for (const key of desired) {
    const strange = (key.fields.model_limits ?? []).filter((id) => known.models?.has(id) === false);
    if (strange.length > 0) {
      warn("unknown-model", `the server does not list ${quoted(strange)} among its models`, key);
    }
    const { group } = key.fields;
    // `auto` is a way of routing, not a group; servers do not list it.
    if (group && group !== "auto" && known.groups?.has(group) === false) {
      warn("unknown-group", `this account may not use the group ${quoted([group])}`, key);
    }
  }
  // What `defaults` give to many keys is told once.
  return [...found.values()].map(({ warning, names }) => ({
    ...warning,
    message: `${quoted(names)}: ${warning.message}`,
  }));
}

function quoted(names: readonly string[]): string {
  const { shown, more } = firstOf(names, NAMED);
  return `${shown.map((name) => `"${name}"`).join(", ")}${more}`;
}

/** The usual limit of keys per account, after which the server refuses creates. */
const USUAL_KEY_LIMIT = 1_000;

/** A warning near the usual limit, and a refusal of the run over `--max-keys`. */
export function keyCountDiagnostics(
  live: number,
  changes: readonly Change[],
  maxKeys: number | undefined,
): readonly Diagnostic[] {
  const count = (action: Change["action"]): number =>
    changes.filter((change) => change.action === action).length;
  const deletes = count("delete");
  const creates = changes.filter((change) => change.action === "create" && !change.resumes).length;
  // Creates come first, so that no key is deleted whose place another one was to take.
  const after = live + creates;
  if (creates === 0) return [];
  if (maxKeys !== undefined && after > maxKeys) {
    const message = `the account would have ${after} keys, more than --max-keys ${maxKeys} allows`;
    return [
      {
        severity: "error",
        code: "too-many-keys",
        message,
        fix: "declare fewer keys, or raise --max-keys",
      },
    ];
  }
  if (after <= USUAL_KEY_LIMIT) return [];
  const again =
    deletes === 0
      ? ""
      : `; what is refused is created once more after the deletes, which leave ${after - deletes}`;
  const message = `the account would have ${after} keys; servers usually allow ${USUAL_KEY_LIMIT} and refuse further creates${again}`;
  return [{ severity: "warning", code: "near-key-limit", message }];
}
