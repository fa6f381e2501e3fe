import { loadDesired } from "../config/load-desired.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { groupByName, type LiveKey } from "../model/key.ts";
import { STATUS } from "../model/status.ts";
import { boundedDiagnostics } from "../plan/notes.ts";
import { planKey } from "../plan/plan-key.ts";
import { escapeTerminal } from "../render/escape.ts";
import { foldDefaults } from "./fold-defaults.ts";
import { entriesYaml, keysYaml, type Entry } from "./keys-yaml.ts";
import { liveFields, type WrittenField } from "./live-fields.ts";
import { EDITOR_LINE } from "./templates.ts";

export interface KeysFile {
  readonly text: string;
  /** How many keys are in it. */
  readonly keys: number;
  /** What was left out, and why; the first of very many, and how many more there are. */
  readonly notes: readonly Diagnostic[];
}

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
  const { entries, leftOut, notes } = readKeys(live, now, holdsSecret);
  const owners = new Set(live.map((key) => key.user_id));
  const [owner = 0] = owners;
  const text = keysYaml({
    header: HEADER,
    account: owners.size === 1 && owner > 0 ? owner : undefined,
    ...foldDefaults(entries),
    footer: footerOf(leftOut),
  });
  return { text, keys: entries.length, notes };
}

/** A thousand keys, the most an account usually has, need a third of it. */
const MAX_CHARACTERS = 1_500_000;

const MAX_KEYS = 10_000;

/** Why no file is written for these keys: each is read back to see that it means the same. */
export function tooLargeForFile(live: readonly LiveKey[]): Diagnostic | undefined {
  const characters = live.reduce(
    (sum, { model_limits, allow_ips }) => sum + model_limits.length + (allow_ips ?? "").length,
    0,
  );
  if (live.length > MAX_KEYS) {
    const message = `${live.length} keys are more than a keys file should have`;
    return problem("file-too-large", message, "export some of them at a time: --only NAME");
  }
  if (characters <= MAX_CHARACTERS) return undefined;
  const message = `the models and addresses of these keys have ${characters} characters, more than a keys file should`;
  return problem("file-too-large", message, "export some of them at a time: --only NAME");
}

/** The entries of these keys alone, to be pasted into a file that does not declare them yet. */
export function entriesFromLive(
  live: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean = () => false,
): KeysFile {
  const { entries, leftOut, notes } = readKeys(live, now, holdsSecret);
  const footer = footerOf(leftOut).map((line) => `  # ${line}\n`);
  const text = `${entriesYaml(entries)}${footer.join("")}`;
  return { text, keys: entries.length, notes };
}

interface ReadKeys {
  readonly entries: readonly Entry[];
  readonly leftOut: LeftOut;
  readonly notes: readonly Diagnostic[];
}

interface LeftOut {
  /** A line for each name. */
  readonly reasons: readonly string[];
  readonly keys: number;
}

function readKeys(
  live: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean,
): ReadKeys {
  const byName = [...groupByName(live)].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const readings = byName.map(([, keys]) => ({ ...readKey(keys, now, holdsSecret), keys }));
  const without = readings.filter(({ entry }) => entry === undefined);
  const partly = readings.filter(({ entry }) => entry !== undefined);
  const leftOut = {
    reasons: without.flatMap(({ notes }) => notes.map(({ message }) => message)),
    keys: without.reduce((sum, { keys }) => sum + keys.length, 0),
  };
  return {
    entries: partly.flatMap(({ entry }) => entry ?? []),
    leftOut,
    notes: boundedDiagnostics([...without, ...partly].flatMap(({ notes }) => notes)),
  };
}

/** Names that the comment at the end tells of. */
const MOST_TOLD = 200;

function footerOf({ reasons, keys }: LeftOut): readonly string[] {
  const told = reasons.slice(0, MOST_TOLD).map((reason) => `- ${reason}`);
  const more = reasons.length - told.length;
  if (reasons.length === 0) return [];
  const names = more === 1 ? "name" : "names";
  const rest = `- and ${more} more ${names}: ${keys} live keys are left out in all`;
  return [LEFT_OUT, ...told, ...(more === 0 ? [] : [rest])];
}

const LEFT_OUT = "Left out, because no file can describe these keys as they are:";
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

interface Reading {
  /** Absent where no file can describe the key. */
  readonly entry?: Entry;
  /** Why the key, or some of its fields, are not in the file. */
  readonly notes: readonly Diagnostic[];
}

const HOLDS_SECRET = "a value of it holds part of a key";

/** What to write for the live keys of one name. */
function readKey(
  keys: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean,
): Reading {
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
  const faultOf = (fields: readonly WrittenField[]): string | undefined =>
    holdsSecret(JSON.stringify(fields)) ? HOLDS_SECRET : entryFault(fields, live, now);

  const { required, optional } = liveFields(live);
  const whole = [...required, ...optional.flat()];
  const told = stateOf(live);
  if (faultOf(whole) === undefined) return { entry: { comments: told, fields: whole }, notes: [] };
  const unfit = faultOf(required);
  if (unfit !== undefined) return { notes: [note("left-out", unfit)] };
  const fields = [...required];
  const gaps: string[] = [];
  for (const group of optional) {
    const fault = faultOf([...required, ...group]);
    if (fault === undefined) fields.push(...group);
    else gaps.push(`${group.map(([field]) => field).join(", ")} left out: ${said(fault)}`);
  }
  return {
    entry: { comments: [...told, ...gaps.map(commentText)], fields },
    notes: gaps.map((gap) => note("left-out", gap)),
  };
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

/**
 * Why a file with these fields would not describe this live key as it is: found by reading the very
 * text and planning with it, so that no rule of the file or the server has to be known here.
 * `undefined` when the plan is empty.
 */
function entryFault(
  fields: readonly WrittenField[],
  live: LiveKey,
  now: number,
): string | undefined {
  const text = keysYaml({ header: [], entries: [{ comments: [], fields }], footer: [] });
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) return error.message;
  const key = desired?.keys[0];
  if (key === undefined) return "it reads as no key";
  if (key.name !== live.name) return "its name is not in the form files are read in (Unicode NFC)";
  const change = planKey(key, { records: [live] }, now);
  if (change === undefined) return undefined;
  if (change.action !== "update") return `it would be planned as ${change.action}`;
  const changed = change.fields.map(({ field }) => field).join(", ");
  return changed === "status"
    ? "it has time and quota but is not enabled, and any file would enable it"
    : `the server reads the live value otherwise than it looks, for spaces or commas in it (${changed})`;
}
