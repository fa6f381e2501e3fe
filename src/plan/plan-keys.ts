import type { Diagnostic } from "../model/diagnostic.ts";
import { chooserOf } from "../model/glob.ts";
import {
  groupByName,
  namesOf,
  sortByName,
  type Desired,
  type DesiredKey,
  type LiveKey,
} from "../model/key.ts";
import type { Action, Change, Plan, PlanSummary } from "../model/plan.ts";
import { cutText } from "../model/text.ts";
import { alteredFinder } from "./altered.ts";
import { hashesOf, identityOf, type Hash, type PlanTarget } from "./digest.ts";
import { expiringWarnings, wideningRefusal } from "./guards.ts";
import {
  boundedDiagnostics,
  deliveryNotes,
  endingNotes,
  keyCountDiagnostics,
  liveNotes,
  strayNotes,
  unknownNameWarnings,
} from "./notes.ts";
import { planKey } from "./plan-key.ts";
import { possibleRenames } from "./possible-rename.ts";
import { pruneKeys, type PruneOptions } from "./prune.ts";
import { findRecords } from "./records.ts";
import { isOfCreate, isReviewedBy, wasMissing, type Reviewed } from "./rest.ts";
import { reviewedChange } from "./reviewed.ts";

/** Everything that shapes a plan besides the files and the list; the same for every command. */
export interface PlanOptions extends PlanTarget {
  /** Unix seconds by the server's clock. */
  readonly now: number;
  /** Names or globs (`--only`); other keys are left out of the plan and its counts. */
  readonly only: readonly string[];
  readonly createOnly: boolean;
  readonly maxKeys?: number;
  /** Refuse the run when a change lets a key do more. */
  readonly denyWidening: boolean;
  /** Warn of declared keys that expire within this many seconds. */
  readonly expiringWithin?: number;
  readonly models?: ReadonlySet<string>;
  readonly groups?: ReadonlySet<string>;
  /** Absent unless asked for; `--only` switches it off, for it knows only a part of what is declared. */
  readonly prune?: PruneOptions;
  /** What the plan was reviewed as, in an apply of what was. */
  readonly reviewed?: Reviewed;
  readonly hash: Hash;
}

/** Code points of an unmanaged name; a declared one has 50 at most, and a server sets no bound. */
const MAX_NAME = 200;

/** Compares what is declared with what is live. Pure: the same input gives the same plan. */
export function planKeys(desired: Desired, live: readonly LiveKey[], options: PlanOptions): Plan {
  const isChosen = chooserOf(options.only);
  const liveByName = groupByName(live);
  const found = findRecords(desired.keys, liveByName);
  const chosen = found.filter(({ desired: { name } }) => isChosen(name));
  const chosenKeys = chosen.map(({ desired: key }) => key);
  const declared = new Set<string>();
  const renamed = new Set<number>();
  for (const { desired: key, toBeRenamed } of found) {
    for (const name of namesOf(key)) declared.add(name);
    if (toBeRenamed !== undefined) renamed.add(toBeRenamed.id);
  }
  const undeclared = live.filter(({ id, name }) => !declared.has(name) && !renamed.has(id));
  // `--only` chooses by the name as it is declared, so an altered one may be outside. Of several
  // keys of a declared name one may be another name, altered to this one.
  const findAltered = alteredFinder(
    [
      ...undeclared,
      ...[...liveByName.values()]
        .filter(({ length }) => length > 1)
        .flat()
        .filter(({ name }) => declared.has(name)),
    ],
    options.now,
  );

  const isReviewed = isReviewedBy(options.reviewed, options);
  const wasNew = wasMissing(liveByName, isReviewed);
  const isLeftAlone = (key: DesiredKey, change: Change): boolean => {
    if (!options.createOnly || isOfCreate(change, options.now)) return false;
    if (!wasNew(key)) return true;
    // Somebody made it meanwhile and uses it; what is more than was reviewed, the review refuses.
    const isUsed = "live" in change && change.live.used_quota > 0;
    return isUsed && isReviewed?.(reviewedChange(change), key.fields) === true;
  };
  const changes: Change[] = [];
  const diagnostics: Diagnostic[] = [];
  const leftOut: DesiredKey[] = [];
  let unchanged = 0;
  for (const one of chosen) {
    const { desired: key, records, sources, staged, record } = one;
    const isMissing = records.length + sources.length + staged.length === 0;
    const altered = key.state === "present" && isMissing ? findAltered(key) : undefined;
    const change = altered ?? planKey(key, one, options.now);
    // Notes say what could be declared; an entry that asks for a delete can declare nothing.
    if (key.state === "present" && record !== undefined) {
      diagnostics.push(...liveNotes(key, record, change));
    }
    if (change === undefined) unchanged += 1;
    else if (isLeftAlone(key, change)) leftOut.push(key);
    else changes.push(change);
  }

  const strays = notInConflict(undeclared, changes);
  // Not spread into one call: an account can hold more keys than a call takes arguments.
  const told: (readonly Diagnostic[])[] = [diagnostics, possibleRenames(changes, strays)];
  if (options.prune !== undefined && options.only.length === 0) {
    const keys = { live, undeclared, loose: strays, wasMissing: wasNew };
    const { changes: pruned, notes } = pruneKeys(desired, keys, options.prune, options.now);
    for (const change of pruned) changes.push(change);
    told.push(notes);
  } else if (options.prune !== undefined) told.push([pruneOff(options.prune)]);
  changes.sort(byActionThenName);
  const written = new Set(changes.flatMap((change) => ("live" in change ? change.id : [])));
  const isUnmanaged = ({ id, name }: LiveKey): boolean => !written.has(id) && isChosen(name);
  const unmanaged = undeclared.filter(isUnmanaged);
  told.push(
    leftOut.map(leftOutNote),
    strayNotes(
      chosenKeys,
      strays.filter(({ name }) => isChosen(name)),
    ),
    endingNotes(chosen, options.now),
    deliveryNotes(chosen),
    unknownNameWarnings(chosenKeys, { models: options.models, groups: options.groups }),
    keyCountDiagnostics(live.length, changes, options.maxKeys),
    options.denyWidening ? wideningRefusal(changes) : [],
    expiringWarnings(chosen, options),
  );
  const hashes = changes.map((change) => {
    const declared = "desired" in change ? change.desired.fields : {};
    return hashesOf(reviewedChange(change), options, options.hash, declared);
  });
  return {
    changes,
    summary: summarise(changes, unchanged, unmanaged.length),
    unmanaged: sortByName(unmanaged).map(({ id, name }) => ({ id, name: cutText(name, MAX_NAME) })),
    diagnostics: boundedDiagnostics(told.flat()),
    ...identityOf(hashes, options.hash),
  };
}

function pruneOff({ by }: PruneOptions): Diagnostic {
  const flag = by === "delete" ? "--prune" : "--prune-disable";
  const message = `--only switches ${flag} off: it looks at some keys alone`;
  return { severity: "note", code: "prune-off", message };
}

/** What a conflict is about needs no note beside it. */
function notInConflict(
  unmanaged: readonly LiveKey[],
  changes: readonly Change[],
): readonly LiveKey[] {
  const named = changes.flatMap((change) =>
    change.action === "conflict" ? change.keys.map(({ id }) => id) : [],
  );
  const ids = new Set(named);
  return unmanaged.filter(({ id }) => !ids.has(id));
}

function leftOutNote(key: DesiredKey): Diagnostic {
  const message = `"${key.name}" differs from the file and is left alone (--create-only)`;
  return { severity: "note", code: "left-out", message, at: key.at };
}

/** What needs a person first, what cannot be undone last. */
const ACTION_ORDER: readonly Action[] = ["conflict", "blocked", "create", "update", "delete"];

function byActionThenName(a: Change, b: Change): number {
  const order = ACTION_ORDER.indexOf(a.action) - ACTION_ORDER.indexOf(b.action);
  if (order !== 0) return order;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function summarise(changes: readonly Change[], unchanged: number, unmanaged: number): PlanSummary {
  const count = (action: Action): number =>
    changes.filter((change) => change.action === action).length;
  return {
    create: count("create"),
    update: count("update"),
    delete: count("delete"),
    unchanged,
    unmanaged,
    conflict: count("conflict"),
    blocked: count("blocked"),
  };
}
