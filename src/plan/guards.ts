import type { Diagnostic } from "../model/diagnostic.ts";
import type { Change } from "../model/plan.ts";
import { firstOf } from "../model/text.ts";
import type { FoundKey } from "./records.ts";

const NAMED = 10;

/** `--deny-widening`: one error that names what would let a key do more. */
export function wideningRefusal(changes: readonly Change[]): readonly Diagnostic[] {
  const names = changes.flatMap((change) =>
    "direction" in change && change.direction === "widen" ? [`"${change.name}"`] : [],
  );
  if (names.length === 0) return [];
  const { shown, more } = firstOf(names, NAMED);
  return [
    {
      severity: "error",
      code: "widening-denied",
      message: `${names.length === 1 ? "1 change widens" : `${names.length} changes widen`} what keys may do (--deny-widening): ${shown.join(", ")}${more}`,
      fix: "have them reviewed where widening is allowed, or leave them out of this change",
    },
  ];
}

/** `--fail-on-expiring`: declared keys whose time is nearly over, by the server's clock. */
export function expiringWarnings(
  found: readonly FoundKey[],
  options: { readonly now: number; readonly expiringWithin?: number },
): readonly Diagnostic[] {
  const { now, expiringWithin } = options;
  if (expiringWithin === undefined) return [];
  return found.flatMap(({ desired: key, record }): Diagnostic[] => {
    // What is planned counts: a key that is about to be prolonged is taken care of.
    const expiry = key.fields.expired_time ?? record?.expired_time ?? -1;
    if (key.state === "absent" || expiry === -1 || expiry > now + expiringWithin) return [];
    const left = expiry - now;
    const when = left <= 0 ? "has expired" : `expires in ${Math.floor(left / 3600)} h`;
    return [
      {
        severity: "warning",
        code: "expiring",
        message: `"${key.name}" ${when}, which --fail-on-expiring counts as drift`,
        fix: "give it a later expired_time, or declare it absent",
        at: key.at,
      },
    ];
  });
}
