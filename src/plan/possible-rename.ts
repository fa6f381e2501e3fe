import type { Diagnostic } from "../model/diagnostic.ts";
import { FIELD_ORDER, fieldsOf, type DesiredFields, type FieldName } from "../model/fields.ts";
import type { DesiredKey, LiveKey } from "../model/key.ts";
import type { Change } from "../model/plan.ts";
import { cutText } from "../model/text.ts";
import { unordered } from "./digest.ts";
import { createdFields } from "./record.ts";

/** Guesses that are told, and the live keys of which each may be meant. */
const MOST = 10;
const MOST_ALIKE = 3;
const MAX_NAME = 80;

/** Much longer texts are slow to tell apart, and of lists as long nobody guesses anything. */
const LONGEST_FORM = 10_000;

/**
 * A create that would make another key as it is there already, under a name nobody declares: a new name
 * in the file is often meant as a new name for the same key, whose value then stays.
 */
export function possibleRenames(
  changes: readonly Change[],
  unmanaged: readonly LiveKey[],
): readonly Diagnostic[] {
  const creates = changes.filter((change) => change.action === "create");
  if (creates.length === 0) return [];
  const alike = new Map<string, LiveKey[]>();
  for (const key of unmanaged) {
    const form = formOf(fieldsOf(key));
    if (form.length > LONGEST_FORM) continue;
    const same = alike.get(form);
    if (same === undefined) alike.set(form, [key]);
    else same.push(key);
  }
  const guesses = creates.flatMap(({ name, desired, resumes }): Diagnostic[] => {
    if (desired.renamedFrom !== undefined || resumes !== undefined) return [];
    const keys = alike.get(formOf(createdFields(desired.fields))) ?? [];
    // That many others are alike says nothing of one.
    if (keys.length === 0 || keys.length > MOST_ALIKE) return [];
    const names = keys.map(
      (key) => `${JSON.stringify(cutText(key.name, MAX_NAME))} (id ${key.id})`,
    );
    const message = `"${name}" would be a new key with the fields of ${names.join(", ")}, in no file; to rename a key and keep its value, give this entry renamed_from`;
    return [{ severity: "note", code: "rename-possible", message, at: desired.at }];
  });
  return [...creates.flatMap(({ desired }) => noSource(desired)), ...guesses.slice(0, MOST)];
}

/** Both names may be gone, or the old one may be misspelt. */
function noSource({ name, renamedFrom, at }: DesiredKey): readonly Diagnostic[] {
  if (renamedFrom === undefined) return [];
  const old = JSON.stringify(cutText(renamedFrom, MAX_NAME));
  const message = `no live key is named ${old}, from which "${name}" is to be renamed, so a new key is created`;
  return [{ severity: "note", code: "rename-possible", message, at }];
}

/** The fields as a text that is equal for equal ones; a create sets no status. */
function formOf(fields: DesiredFields): string {
  // What an unlimited key was granted counts for nothing.
  const isIdle = (field: FieldName): boolean =>
    field === "status" || (field === "remain_quota" && fields.unlimited_quota === true);
  const values = FIELD_ORDER.filter((field) => !isIdle(field)).map(
    (field) => fields[field] ?? null,
  );
  return JSON.stringify(values.map(unordered));
}
