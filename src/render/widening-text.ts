import type { Change, Plan } from "../model/plan.ts";

/** The names a reviewer should look at first; more are counted. */
const SHOWN = 10;

/** Which changes let a key do more, as one line; undefined when none does. */
export function wideningText(plan: Plan, escape: (text: string) => string): string | undefined {
  const widening = plan.changes.filter(widens);
  if (widening.length === 0) return undefined;
  const named = widening
    .slice(0, SHOWN)
    .map((change) => `${escape(change.name)} (${reasons(change)})`);
  const more = widening.length > SHOWN ? `, and ${widening.length - SHOWN} more` : "";
  return `Widens access: ${named.join(", ")}${more}`;
}

type Widening = Extract<Change, { direction: unknown }>;

export function widens(change: Change): change is Widening {
  return "direction" in change && change.direction === "widen";
}

function reasons(change: Widening): string {
  if (change.action === "create") return "new key";
  const fields = change.fields.filter(({ direction }) => direction === "widen");
  return fields.map(({ field }) => field).join(", ");
}
