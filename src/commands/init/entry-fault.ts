import { loadDesired } from "../../config/load-desired.ts";
import type { LiveKey } from "../../model/key.ts";
import { planKey } from "../../plan/plan-key.ts";
import { keysYaml } from "./keys-yaml.ts";
import type { WrittenField } from "./live-fields.ts";

/**
 * Why a file with these fields would not describe this live key as it is: found by reading the very
 * text and planning with it, so that no rule of the file or the server has to be known here.
 * `undefined` when the plan is empty.
 */
export function entryFault(
  fields: readonly WrittenField[],
  live: LiveKey,
  now: number,
): string | undefined {
  const text = keysYaml({ header: [], keys: [{ comments: [], fields }], footer: [] });
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) return error.message;
  const key = desired?.keys[0];
  if (key === undefined) return "it reads as no key";
  if (key.name !== live.name) return "its name is not in the form files are read in (Unicode NFC)";
  const change = planKey(key, [live], now);
  if (change === undefined) return undefined;
  if (change.action !== "update") return `it would be planned as ${change.action}`;
  const changed = change.fields.map(({ field }) => field).join(", ");
  return changed === "status"
    ? "it has time and quota but is not enabled, and any file would enable it"
    : `the server reads the live value otherwise than it looks, for spaces or commas in it (${changed})`;
}
