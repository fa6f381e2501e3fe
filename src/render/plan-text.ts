import type { FieldValue } from "../model/field-rules.ts";
import type { FieldChange, Plan } from "../model/plan.ts";
import { cutText, firstOf } from "../model/text.ts";
import {
  describePlan,
  itemText,
  keyText,
  listHunks,
  resumedText,
  SIGNS,
  valueText,
  type Described,
} from "./change.ts";
import { escapeTerminal } from "./escape.ts";
import { closingLines } from "./plan-summary.ts";
import { gravestFirst } from "./risks.ts";
import { PLAIN, wrapLine, type View } from "./view.ts";

const INDENT = "    ";

/** Code points of a name: a server sets no bound. */
const MAX_NAME = 200;

/** Lines of one list that are shown; more are counted, and are in the file. */
const MAX_LINES = 100;

/** Columns of a field's name before its value; a narrow terminal has none to spare. */
const FIELD_WIDTH = 20;
const NARROW = 60;

/** Names of keys with wider access that a reviewer should look at first; more are counted. */
const SHOWN_WIDENING = 10;

/** A plan as a person reads it; ends with a newline. Server and file text is escaped. */
export function renderPlanText(plan: Plan, view: View = PLAIN): string {
  const changes = describePlan(plan);
  const [counts = "", ...rest] = closingLines(plan);
  const { shown, more } = fitChanges(changes, view);
  const block = (change: Described): readonly string[] => {
    const text = shown.get(change);
    return text === undefined ? [] : [text];
  };
  // What needs a person comes first, then what a reviewer should look at hardest.
  const blocks = [
    ...changes.filter(({ refusal }) => refusal !== undefined).flatMap(block),
    ...wideningLine(changes),
    ...changes.filter(({ refusal }) => refusal === undefined).flatMap(block),
    ...more,
    [view.paint("title", counts), ...rest].join("\n"),
  ];
  const lines = blocks.join("\n\n").split("\n");
  return `${lines.map((line) => wrapLine(line, view)).join("\n")}\n`;
}

function wideningLine(changes: readonly Described[]): readonly string[] {
  const named = changes
    .filter(({ widens }) => widens !== undefined)
    .map(({ name, widens }) => `${escapeTerminal(name)} (${widens})`);
  if (named.length === 0) return [];
  const more = named.length > SHOWN_WIDENING ? `, and ${named.length - SHOWN_WIDENING} more` : "";
  return [`Widens access: ${named.slice(0, SHOWN_WIDENING).join(", ")}${more}`];
}

/** Bytes of the changes that are shown in full; those of some thousand keys. */
const MOST_IN_FULL = 500_000;

/** Bytes of the changes of which the title alone is shown. */
const MOST_TITLES = 200_000;

/** After so many that did not fit, none is tried: each has to be written to be measured. */
const MOST_MISSES = 50;

/** Each change in full while there is room, then by its title, then counted: the gravest get the room. */
function fitChanges(changes: readonly Described[], view: View) {
  const ordered = gravestFirst(changes);
  const full = fitTexts(ordered, (change) => changeBlock(change, view), MOST_IN_FULL);
  const others = ordered.filter((change) => !full.has(change));
  const titles = fitTexts(others, (change) => titleOf(change, view), MOST_TITLES);
  const hidden = others.length - titles.size;
  const counts = [
    ...(titles.size === 0 ? [] : [`${changesText(titles.size)} shown by title alone`]),
    ...(hidden === 0 ? [] : [`${changesText(hidden)} not shown`]),
  ];
  return {
    shown: new Map([...full, ...titles]),
    more: counts.length === 0 ? [] : [`! ${counts.join(", ")}: ${WHERE_ALL_ARE}`],
  };
}

/** The texts that fit into so many bytes together; what does not is passed over. */
function fitTexts(
  changes: readonly Described[],
  textOf: (change: Described) => string,
  budget: number,
): ReadonlyMap<Described, string> {
  const texts = new Map<Described, string>();
  let left = budget;
  let misses = 0;
  for (const change of changes) {
    if (misses === MOST_MISSES) break;
    const text = textOf(change);
    const size = Buffer.byteLength(text);
    if (size > left) {
      misses += 1;
      continue;
    }
    left -= size;
    texts.set(change, text);
  }
  return texts;
}

const WHERE_ALL_ARE = "this text would be too long. --format json has all of them in full";

function changesText(count: number): string {
  return count === 1 ? "1 change is" : `${count} changes are`;
}

function titleOf({ action, name, id, refusal }: Described, view: View): string {
  const which = id === undefined ? "" : ` (id ${id})`;
  const kind = action === "blocked" ? "blocked: " : "";
  const why = refusal === undefined ? "" : `: ${kind}${escapeTerminal(refusal.reason)}`;
  const sign = `${SIGNS[action]} ${escapeTerminal(cutText(name, MAX_NAME))}`;
  return `${view.paint(action, sign)}${which}${why}`;
}

function changeBlock(change: Described, view: View): string {
  const { action, name, dangers, fields, keys, quotaPerUnit, deliver } = change;
  const details = [
    ...dangers.map((danger) => view.paint("blocked", `! ${escapeTerminal(danger)}`)),
    ...fields.flatMap((field) => fieldLines(field, quotaPerUnit, view)),
    ...resumedText(change),
    ...deliver.map((place) => `→ ${escapeTerminal(cutText(place, MAX_PLACE))}`),
    ...(action === "conflict" ? choices(keys, name) : []),
  ];
  return [titleOf(change, view), ...details.map((line) => INDENT + line)].join("\n");
}

/** Code points of a place: an argument of a program has no usual length. */
const MAX_PLACE = 500;

/** Keys of one conflict that are shown; more are counted, and all are in JSON. */
const SHOWN_KEYS = 20;

function choices(keys: Described["keys"], name: string): readonly string[] {
  const { shown, more } = firstOf(keys, SHOWN_KEYS);
  const lines = shown.map((key) => escapeTerminal(keyText(key, name)));
  return more === "" ? lines : [...lines, `${more.trimStart()} live keys`];
}

/** A changed field as one or more lines without indentation. */
export function fieldLines(
  { field, before, after, quota }: FieldChange,
  quotaPerUnit?: number,
  { columns, paint }: View = PLAIN,
): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const { shown, more } = firstOf(listHunks(before, after), MAX_LINES);
    const lines = shown.map((line) => {
      const text = `${line.slice(0, 1)} ${itemText(line.slice(1))}`;
      if (line.startsWith("+")) return `  ${paint("create", text)}`;
      return `  ${line.startsWith("-") ? paint("delete", text) : text}`;
    });
    return [field, ...lines, ...(more === "" ? [] : [`   ${more} lines`])];
  }
  const value = (of: FieldValue): string => valueText(field, of, quotaPerUnit);
  const old = before === null ? "" : `${value(before)} → `;
  const spent =
    before === null || quota === undefined
      ? ""
      : `  (used ${quota.used}; remaining ${quota.remainBefore} → ${quota.remainAfter})`;
  return [`${field.padEnd(columns < NARROW ? 0 : FIELD_WIDTH)} ${old}${value(after)}${spent}`];
}
