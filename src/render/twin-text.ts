import type { LiveKey } from "../model/key.ts";
import type { ConflictItem } from "../model/plan.ts";
import { instantText } from "./field-text.ts";

/** One of several live keys of a name, with what helps to tell which one is meant. */
export function twinText(key: LiveKey): string {
  const used = key.accessed_time > key.created_time ? instantText(key.accessed_time) : "never";
  return `id ${key.id}, created ${instantText(key.created_time)}, last used ${used}, ${key.used_quota} used`;
}

/** A line for each live key of a conflict, not escaped; with its name where that is another one. */
export function conflictTexts({ code, keys }: ConflictItem): readonly string[] {
  return keys.map((key) =>
    code === "twins" ? twinText(key) : `${JSON.stringify(key.name)}, ${twinText(key)}`,
  );
}
