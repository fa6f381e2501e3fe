import type { Diagnostic } from "../model/diagnostic.ts";
import type { LiveKey } from "../model/key.ts";
import { STATUS } from "../model/status.ts";
import { escapeTerminal } from "../render/escape.ts";
import { entryFaults, type EntryFault, type Group } from "./entry-faults.ts";
import type { Entry } from "./keys-yaml.ts";
import { liveFields, type WrittenField } from "./live-fields.ts";

export interface Reading {
  /** Absent where no file can describe the key. */
  readonly entry?: Entry;
  /** Why the key, or some of its fields, are not in the file. */
  readonly notes: readonly Diagnostic[];
}

type Holds = (text: string) => boolean;

const HOLDS_SECRET = "a value of it holds part of a key";

/**
 * Prepares what to write for the live keys of one name. Many keys may have the same value that no file can
 * hold: what the reader of files said of it is remembered.
 *
 * @param now Unix seconds by the server's clock.
 */
export function liveReader(now: number, holdsSecret: Holds): (keys: readonly LiveKey[]) => Reading {
  const known = new Map<string, string>();
  return (keys) => {
    const [live, ...others] = keys;
    if (live === undefined) throw new Error("a name without a key");
    const ids = keys.map(({ id }) => id).toSorted((a, b) => a - b);
    const who = `${shownName(live.name, holdsSecret)} (id ${ids.join(", ")})`;
    const said = (reason: string): string => (holdsSecret(reason) ? HOLDS_SECRET : reason);
    const note = (code: Diagnostic["code"], reason: string): Diagnostic => ({
      severity: "note",
      code,
      message: commentText(`${who}: ${said(reason)}`),
    });
    if (others.length > 0) {
      const reason = `${keys.length} live keys have this name, and a file can only mean one`;
      return { notes: [note("duplicates", reason)] };
    }
    const { fields, unfit, gaps } = fitFields(live, now, holdsSecret, known);
    if (unfit !== undefined) return { notes: [note("left-out", unfit)] };
    const told = gaps.map(
      ({ group, reason }) =>
        `${group.map(([field]) => field).join(", ")} left out: ${said(reason)}`,
    );
    return {
      entry: { comments: [...stateOf(live), ...told.map(commentText)], fields },
      notes: told.map((gap) => note("left-out", gap)),
    };
  };
}

interface Fit {
  readonly fields: readonly WrittenField[];
  /** Why no file can describe the key. */
  readonly unfit?: string;
  readonly gaps: readonly { readonly group: Group; readonly reason: string }[];
}

/** A longer value is not worth its memory. */
const LONGEST_KNOWN = 1_000;

/** The fields with which a file describes a key as it is, and why others are none of them. */
function fitFields(
  live: LiveKey,
  now: number,
  holdsSecret: Holds,
  known: Map<string, string>,
): Fit {
  const { required, optional } = liveFields(live);
  const holds = (fields: Group): boolean => holdsSecret(JSON.stringify(fields));
  const reasons = new Map<Group, string>();
  const isHolding = holds([...required, ...optional.flat()]);
  if (isHolding && holds(required)) return { fields: [], unfit: HOLDS_SECRET, gaps: [] };
  for (const group of optional) {
    const reason =
      isHolding && holds([...required, ...group]) ? HOLDS_SECRET : known.get(JSON.stringify(group));
    if (reason !== undefined) reasons.set(group, reason);
  }
  const kept = (): readonly Group[] => optional.filter((group) => !reasons.has(group));
  const faultsOf = (groups: readonly Group[]): readonly EntryFault[] =>
    entryFaults([required, ...groups], live, now);
  const blame = (group: Group, { reason, isOfValue }: EntryFault): void => {
    if (reasons.has(group)) return;
    reasons.set(group, reason);
    const text = JSON.stringify(group);
    if (isOfValue && text.length <= LONGEST_KNOWN) known.set(text, reason);
  };
  // Mostly all is well at once. If not, it is known what is at fault, and the rest is well the next time.
  for (let faults = faultsOf(kept()); faults.length > 0; faults = faultsOf(kept())) {
    const own = faults.find(({ group }) => group === required);
    if (own !== undefined) return { fields: [], unfit: own.reason, gaps: [] };
    const before = reasons.size;
    for (const fault of faults) if (fault.group !== undefined) blame(fault.group, fault);
    if (reasons.size > before) continue;
    // Of no field alone: then each is looked at by itself.
    const [alone] = faultsOf([]);
    if (alone !== undefined) return { fields: [], unfit: alone.reason, gaps: [] };
    for (const one of kept()) {
      const [fault] = faultsOf([one]);
      if (fault !== undefined) blame(one, fault);
    }
    break;
  }
  const gaps = optional.flatMap((group) => {
    const reason = reasons.get(group);
    return reason === undefined ? [] : [{ group, reason }];
  });
  return { fields: [...required, ...kept().flat()], gaps };
}

/** What a date or a quota does not say at a glance: that the key has stopped. */
function stateOf({ status }: LiveKey): readonly string[] {
  if (status === STATUS.expired) return ["expired"];
  return status === STATUS.exhausted ? ["its quota is used up"] : [];
}

/** A name in quotes; nothing of one that looks like a key. */
function shownName(name: string, holdsSecret: (text: string) => boolean): string {
  const secret = holdsSecret(name) || /sk-[A-Za-z0-9]{20}/.test(name);
  return secret ? "a key whose name is not shown" : JSON.stringify(cut(name, 80));
}

/** Text for one line of a comment: nothing in it ends the line, hides, or is longer than a line. */
function commentText(text: string): string {
  return escapeTerminal(cut(text, 300));
}

function cut(text: string, longest: number): string {
  const points = Array.from(text);
  return points.length > longest ? `${points.slice(0, longest).join("")}…` : text;
}
