import { loadDesired } from "../config/load-desired.ts";
import type { LiveKey } from "../model/key.ts";
import { planKey } from "../plan/plan-key.ts";
import { keysYaml } from "./keys-yaml.ts";
import type { WrittenField } from "./live-fields.ts";

/** Fields that mean something together. */
export type Group = readonly WrittenField[];

/** Why an entry would not describe a live key as it is. */
export interface EntryFault {
  readonly reason: string;
  /** The fields at fault, where it is known which are. */
  readonly group?: Group | undefined;
  /** The reader of files said it, whatever the live key is like. */
  readonly isOfValue?: boolean;
}

/**
 * Why a file with these fields would not describe this live key as it is: found by reading the very
 * text and planning with it, so that no rule of the file or the server has to be known here. Nothing
 * when the plan is empty.
 */
export function entryFaults(
  groups: readonly Group[],
  live: LiveKey,
  now: number,
): readonly EntryFault[] {
  const fields = groups.flat();
  const withField = (name: string | undefined): Group | undefined =>
    groups.find((group) => group.some(([field]) => field === name));
  const text = keysYaml({ header: [], entries: [{ comments: [], fields }], footer: [] });
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    // Each field has a line of its own.
    const firstLine = text.slice(0, text.indexOf("  - ")).split("\n").length;
    return errors.map(({ message, at }) => {
      const group = withField(fields[(at?.line ?? 0) - firstLine]?.[0]);
      return { reason: message, group, isOfValue: true };
    });
  }
  const key = desired?.keys[0];
  if (key === undefined) return [{ reason: "it reads as no key" }];
  if (key.name !== live.name) {
    const reason = "its name is not in the form files are read in (Unicode NFC)";
    return [{ reason, group: withField("name") }];
  }
  const change = planKey(key, { records: [live] }, now);
  if (change === undefined) return [];
  if (change.action !== "update") return [{ reason: `it would be planned as ${change.action}` }];
  const changed = change.fields.map(({ field }) => field);
  return [...new Set(changed.map(withField))].map((group) => {
    const ofGroup = changed.filter((field) => withField(field) === group);
    return { reason: changedReason(ofGroup.join(", ")), group };
  });
}

function changedReason(changed: string): string {
  return changed === "status"
    ? "it has time and quota but is not enabled, and any file would enable it"
    : `the server reads the live value otherwise than it looks, for spaces or commas in it (${changed})`;
}
