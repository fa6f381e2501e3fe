import { alteredFormOf } from "../model/altered-name.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { anyGlob, globMatcher, lettersOf, LONGEST_TEXT } from "../model/glob.ts";
import { namesOf, type Desired, type DesiredKey, type LiveKey, type Scope } from "../model/key.ts";
import type { BlockedItem, Change, Danger, WriteChange } from "../model/plan.ts";
import { STATUS } from "../model/status.ts";
import { compareFields, overallDirection } from "./compare.ts";
import { DELETE_USE_SECONDS, deleteDangers, updateDangers, usedWithin } from "./dangers.ts";

/** What becomes of the keys that no file declares, in the scopes of the files given. */
export interface PruneOptions {
  readonly by: "delete" | "disable";
  /** Of more than this many, none is pruned. */
  readonly most: number;
  /** Also those that were used within the last 7 days. */
  readonly used: boolean;
  /** Globs over names that are left alone, beside those of the files. */
  readonly protect: readonly string[];
}

/** The keys of one list. */
interface Keys {
  readonly live: readonly LiveKey[];
  /** Those of them that no file declares. */
  readonly undeclared: readonly LiveKey[];
  /** Those of these that nothing else in the plan is about. */
  readonly loose: readonly LiveKey[];
  /** Whether a declared name was missing before the run, of which this is the rest, made a key of it. */
  readonly wasMissing: (key: DesiredKey) => boolean;
}

/** A key that `--prune` reaches, unless a guard stands before it. */
interface Candidate {
  readonly scope: Scope;
  readonly key: LiveKey;
}

/**
 * Plans what `--prune` does. It cannot tell a key that was taken out of a file from one that never was
 * in it, so each guard leaves a key alone rather than take it: a file that declares nothing prunes
 * nothing, of many at once none is pruned, and none that is in use.
 *
 * @param now Unix seconds by the server's clock.
 */
export function pruneKeys(
  desired: Desired,
  { live, undeclared, loose, wasMissing }: Keys,
  options: PruneOptions,
  now: number,
): { readonly changes: readonly Change[]; readonly notes: readonly Diagnostic[] } {
  const spares = sparing(desired, { live, wasMissing }, options);
  const letters = desired.scopes.length === 0 ? [] : live.map(({ name }) => lettersOf(name));
  const inScopes = desired.scopes.map((scope) => {
    const matches = globMatcher(scope.glob);
    const inside = new Set(live.filter(({ name }, at) => matches(name, letters[at])));
    const isInside = (key: LiveKey): boolean => inside.has(key);
    const open = scope.isEmpty ? [] : loose.filter((key) => isInside(key) && !spares(key));
    const unnamed = undeclared.filter(isInside).length;
    const found = open.map((key) => ({ scope, key }));
    return { scope, covered: inside.size, unnamed, found };
  });
  const found = inScopes.flatMap((one) => one.found);
  const isInUse = ({ key }: Candidate): boolean =>
    !options.used && usedWithin(key, now, DELETE_USE_SECONDS);
  const idle = found.filter((one) => !isInUse(one)).length;
  const changeOf = (one: Candidate): Change => {
    if (isInUse(one)) return blockedByUse(one, options);
    return idle > options.most ? blockedByNumber(one, options) : pruned(one, options, now);
  };

  const notes = inScopes.map(({ scope, covered, unnamed, found: reached }) => {
    const blocked = idle > options.most ? reached.length : reached.filter(isInUse).length;
    return scopeNote(scope, {
      covered,
      declared: covered - unnamed,
      [options.by === "delete" ? "to be deleted" : "to be disabled"]: reached.length - blocked,
      blocked,
      "left alone": unnamed - reached.length,
    });
  });
  const limit = idle > options.most ? [limitNote(idle, options)] : [];
  return { changes: found.map(changeOf), notes: [...notes, ...limit] };
}

/** Which keys are none of its business, whatever scope they are in. */
function sparing(
  { keys, protect }: Desired,
  { live, wasMissing }: Pick<Keys, "live" | "wasMissing">,
  options: PruneOptions,
): (key: LiveKey) => boolean {
  const isProtected = anyGlob([...protect, ...options.protect]);
  const isProtectedName = (name: string): boolean => {
    // What no file could name, no glob is held against.
    if (name.length > LONGEST_TEXT) return true;
    // Where it takes too long to find out, it counts as protected, for it may be.
    if (isProtected(name) ?? true) return true;
    // A guard matches generously: files are read in NFC, and a server keeps a name as it was sent.
    const canonical = name.normalize("NFC");
    return canonical !== name && (isProtected(canonical) ?? true);
  };
  // A key is to be renamed from such a name; which one is meant can still be open.
  const sources = new Set(keys.flatMap(({ renamedFrom }) => renamedFrom ?? []));
  // One that the server has under another form of its name is missing for ever under its own. What a plan
  // leaves alone for a key that it creates or renames, the rest of it leaves alone too.
  const there = new Set(live.map(({ name }) => name));
  const missing = keys.filter(
    (key) => key.state === "present" && (!there.has(key.name) || wasMissing(key)),
  );
  const isAltered = alteredFormOf(
    missing.flatMap((key) => [...namesOf(key), ...(key.renamedFrom ? [key.renamedFrom] : [])]),
  );
  return ({ name, status }) =>
    sources.has(name) ||
    isProtectedName(name) ||
    isAltered(name) ||
    (options.by === "disable" && status === STATUS.disabled);
}

function pruned({ scope, key }: Candidate, { by }: PruneOptions, now: number): WriteChange {
  const why = { message: `no file declares it, in the scope ${JSON.stringify(scope.glob)}` };
  const base = { name: key.name, id: key.id, live: key, pruned: true } as const;
  const desired = { name: key.name, at: scope.at };
  const after = (dangers: readonly Danger[]): readonly Danger[] => [why, ...dangers];
  if (by === "delete") {
    const absent: DesiredKey = { ...desired, state: "absent", fields: {} };
    const dangers = after(deleteDangers(key, now));
    return { ...base, action: "delete", direction: "narrow", desired: absent, fields: [], dangers };
  }
  const disabled: DesiredKey = { ...desired, state: "present", fields: { status: "disabled" } };
  const fields = compareFields(disabled.fields, key, now);
  const dangers = after(updateDangers(fields, now));
  const direction = overallDirection(fields);
  return { ...base, action: "update", direction, desired: disabled, fields, dangers };
}

const OVERRIDE = { delete: "deleted", disable: "disabled" } as const;

function blockedByUse({ scope, key }: Candidate, { by }: PruneOptions): BlockedItem {
  const reason = `no file declares it (id ${key.id}), but it was used within the last 7 days (${key.used_quota} used); with --prune-used it is ${OVERRIDE[by]} all the same`;
  return { action: "blocked", name: key.name, code: "prune-used", reason, at: scope.at };
}

function blockedByNumber({ scope, key }: Candidate, { by }: PruneOptions): BlockedItem {
  const reason = `no file declares it (id ${key.id}); not ${OVERRIDE[by]}, for too many would be (--max-deletes)`;
  return { action: "blocked", name: key.name, code: "prune-limit", reason, at: scope.at };
}

/** Said once, and not with each of them. */
function limitNote(number: number, { by, most }: PruneOptions): Diagnostic {
  const message = `${number} keys would be ${OVERRIDE[by]}, and --max-deletes allows ${most}, so none is; if all of them are to go, give --max-deletes ${number}`;
  return { severity: "note", code: "prune-limit", message };
}

interface Counts extends Readonly<Record<string, number>> {
  readonly covered: number;
}

function scopeNote({ glob, isEmpty, at }: Scope, { covered, ...parts }: Counts): Diagnostic {
  const told = Object.entries(parts).flatMap(([what, count]) =>
    count === 0 ? [] : [`${count} ${what}`],
  );
  const of = told.length === 0 ? "" : `: ${told.join(", ")}`;
  const empty = isEmpty ? "; the file declares no key, so it prunes none" : "";
  const keys = covered === 1 ? "1 live key" : `${covered} live keys`;
  const message = `the scope ${JSON.stringify(glob)} covers ${keys}${of}${empty}`;
  return { severity: "note", code: "prune-scope", message, at };
}
