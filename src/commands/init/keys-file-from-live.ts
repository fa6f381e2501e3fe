import type { Diagnostic } from "../../model/diagnostic.ts";
import type { LiveKey } from "../../model/key.ts";
import { groupByName } from "../../plan/group-by-name.ts";
import { commentText } from "./comment-text.ts";
import { EDITOR_LINE } from "./editor-line.ts";
import { entryFault } from "./entry-fault.ts";
import { keysYaml, type WrittenKey } from "./keys-yaml.ts";
import { liveFields } from "./live-fields.ts";

export interface KeysFile {
  readonly text: string;
  /** How many keys are in it. */
  readonly keys: number;
  /** What was left out, and why. */
  readonly notes: readonly Diagnostic[];
}

/** Why a key, or some of its fields, are not in the file; one line each, safe for a comment. */
type Reading =
  | { readonly kind: "entry"; readonly key: WrittenKey; readonly notes: readonly Diagnostic[] }
  | { readonly kind: "left-out"; readonly note: Diagnostic };

/**
 * A keys file that describes the live keys as they are, so that a plan with it is empty. What no
 * file can say is left out, said in a comment and in a note: a field is then not managed, a key not
 * declared. Keys are written by name.
 *
 * @param now Unix seconds by the server's clock.
 * @param holdsSecret Whether a text holds part of a key or token; such text is written nowhere.
 */
export function keysFileFromLive(
  live: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean = () => false,
): KeysFile {
  const byName = [...groupByName(live)].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const readings = byName.map(([, keys]) => readKey(keys, now, holdsSecret));
  const keys = readings.flatMap((reading) => (reading.kind === "entry" ? [reading.key] : []));
  const leftOut = readings.flatMap((reading) => (reading.kind === "entry" ? [] : [reading.note]));
  const owners = new Set(live.map((key) => key.user_id));
  const [owner] = owners;
  const account = owners.size === 1 && owner !== undefined && owner > 0 ? { account: owner } : {};
  const text = keysYaml({ header: HEADER, ...account, keys, footer: footerOf(leftOut) });
  const partly = readings.flatMap((reading) => (reading.kind === "entry" ? reading.notes : []));
  return { text, keys: keys.length, notes: [...leftOut, ...partly] };
}

const HOLDS_SECRET = "a value of it holds part of a key";

const HEADER: readonly string[] = [
  EDITOR_LINE,
  "",
  "The keys of this account as they were found. A plan with this file has no changes.",
  "",
  "`cometkeys validate` checks this file without a network, `cometkeys plan` compares it with the",
  "account, `cometkeys apply` makes the account equal to it. A key that is not in it is left alone;",
  "`state: absent` deletes one. A field that is not named is left as it is.",
  "",
  "remain_quota is the quota granted: what remains and what was used together.",
];

function footerOf(leftOut: readonly Diagnostic[]): readonly string[] {
  if (leftOut.length === 0) return [];
  return [
    "Left out, because no file can describe these keys as they are:",
    ...leftOut.map(({ message }) => `- ${message}`),
  ];
}

function readKey(
  keys: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean,
): Reading {
  const [live, ...twins] = keys;
  if (live === undefined) throw new Error("a name without a key");
  const note = (code: Diagnostic["code"], reason: string): Diagnostic => {
    const ids = keys.map(({ id }) => id).toSorted((a, b) => a - b);
    const who = `${shown(live.name, holdsSecret)} (id ${ids.join(", ")})`;
    return { severity: "note", code, message: commentText(`${who}: ${said(reason)}`) };
  };
  const said = (reason: string): string => (holdsSecret(reason) ? HOLDS_SECRET : reason);
  if (twins.length > 0) {
    const reason = `${keys.length} live keys bear this name, and a file can only mean one`;
    return { kind: "left-out", note: note("duplicates", reason) };
  }
  const fault = (fields: Parameters<typeof entryFault>[0]): string | undefined =>
    holdsSecret(JSON.stringify(fields)) ? HOLDS_SECRET : entryFault(fields, live, now);

  const { required, optional } = liveFields(live);
  const whole = [...required, ...optional.flat()];
  if (fault(whole) === undefined) {
    return { kind: "entry", key: { comments: [], fields: whole }, notes: [] };
  }
  const unfit = fault(required);
  if (unfit !== undefined) return { kind: "left-out", note: note("left-out", unfit) };
  const fields = [...required];
  const gaps: string[] = [];
  for (const group of optional) {
    const reason = fault([...required, ...group]);
    if (reason === undefined) fields.push(...group);
    else gaps.push(`${group.map(([field]) => field).join(", ")} left out: ${said(reason)}`);
  }
  return {
    kind: "entry",
    key: { comments: gaps.map(commentText), fields },
    notes: gaps.map((gap) => note("left-out", gap)),
  };
}

/** A name in quotes; nothing of one that looks like a key. */
function shown(name: string, holdsSecret: (text: string) => boolean): string {
  const secret = holdsSecret(name) || /sk-[A-Za-z0-9]{20}/.test(name);
  if (secret) return "a key whose name is not shown";
  const points = Array.from(name);
  return JSON.stringify(points.length > 80 ? `${points.slice(0, 80).join("")}…` : name);
}
