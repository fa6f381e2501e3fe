import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { groupByName, type LiveKey } from "../model/key.ts";
import { boundedDiagnostics } from "../plan/notes.ts";
import { foldDefaults } from "./fold-defaults.ts";
import { entriesYaml, keysYaml, type Entry } from "./keys-yaml.ts";
import { liveReader, type Reading } from "./read-live.ts";
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
 * @param pause Waited for in the midst of the work: it takes long, and the run may have to end.
 */
export async function keysFileFromLive(
  live: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean = () => false,
  pause: () => Promise<void> = async () => {},
): Promise<KeysFile> {
  const { entries, leftOut, notes } = await readKeys(live, now, holdsSecret, pause);
  const owners = new Set(live.map((key) => key.user_id));
  const [owner = 0] = owners;
  const folded = await foldDefaults(entries, pause);
  await pause();
  const text = keysYaml({
    header: HEADER,
    account: owners.size === 1 && owner > 0 ? owner : undefined,
    ...folded,
    footer: footerOf(leftOut),
  });
  return { text, keys: entries.length, notes };
}

/** A thousand keys, the most an account usually has, need a third of it. */
const MAX_CHARACTERS = 1_500_000;

const MAX_KEYS = 10_000;

/** Why no file is written for these keys: each is read back to see that it means the same. */
export function tooLargeForFile(live: readonly LiveKey[]): Diagnostic | undefined {
  const characters = charactersOf(live);
  if (live.length > MAX_KEYS) {
    const message = `${live.length} keys are more than a keys file should have`;
    return problem("file-too-large", message, "export some of them at a time: --only NAME");
  }
  if (characters <= MAX_CHARACTERS) return undefined;
  const message = `the models and addresses of these keys have ${characters} characters, more than a keys file should`;
  return problem("file-too-large", message, "export some of them at a time: --only NAME");
}

/** The characters of their models and addresses. */
function charactersOf(live: readonly LiveKey[]): number {
  return live.reduce(
    (sum, { model_limits, allow_ips }) => sum + model_limits.length + (allow_ips ?? "").length,
    0,
  );
}

/** The entries of these keys alone, to be pasted into a file that does not declare them yet. */
export async function entriesFromLive(
  live: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean = () => false,
  pause: () => Promise<void> = async () => {},
): Promise<KeysFile> {
  const { entries, leftOut, notes } = await readKeys(live, now, holdsSecret, pause);
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

/** Characters of models and addresses: what they take is some tenths of a second. */
const BETWEEN_PAUSES = 20_000;

/** What a key without any takes beside them. */
const PER_KEY = 200;

async function readKeys(
  live: readonly LiveKey[],
  now: number,
  holdsSecret: (text: string) => boolean,
  pause: () => Promise<void>,
): Promise<ReadKeys> {
  const byName = [...groupByName(live)].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const read = liveReader(now, holdsSecret);
  const readings: (Reading & { readonly keys: readonly LiveKey[] })[] = [];
  let sincePause = Infinity;
  for (const [, keys] of byName) {
    if (sincePause >= BETWEEN_PAUSES) {
      await pause();
      sincePause = 0;
    }
    readings.push({ ...read(keys), keys });
    sincePause += PER_KEY * keys.length + charactersOf(keys);
  }
  await pause();
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
