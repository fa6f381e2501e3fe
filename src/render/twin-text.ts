import type { LiveKey } from "../model/key.ts";
import { instantText } from "./field-text.ts";

/** One of several live keys of a name, with what helps to tell which one is meant. */
export function twinText(key: LiveKey): string {
  const used = key.accessed_time > key.created_time ? instantText(key.accessed_time) : "never";
  return `id ${key.id}, created ${instantText(key.created_time)}, last used ${used}, ${key.used_quota} used`;
}
