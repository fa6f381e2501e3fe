import type { SourceSpan } from "../model/diagnostic.ts";
import { firstOf } from "../model/text.ts";
import type { Described } from "./change.ts";

/** In the order in which a reviewer should see them. */
export const RISK_KINDS = ["delete", "conflict", "blocked", "danger", "widen"] as const;

export type RiskKind = (typeof RISK_KINDS)[number];

/** One thing about one change that a reviewer must not miss. Texts are not escaped yet. */
export interface Risk {
  readonly kind: RiskKind;
  readonly name: string;
  readonly detail: string;
  readonly at: SourceSpan;
}

/** Duplicates of one name whose ids are told; more are counted. */
const SHOWN_IDS = 10;

/** Every risk of a plan, the gravest kind first; within a kind, what is live before what is new. */
export function risksOf(changes: readonly Described[]): readonly Risk[] {
  const risks = gravestFirst(changes).flatMap(changeRisks);
  return risks.toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

/**
 * The changes with the gravest first, so that what is cut off for want of room is the harmless end
 * and not the deletes, which a plan lists last.
 */
export function gravestFirst(changes: readonly Described[]): readonly Described[] {
  return changes.toSorted((a, b) => gravity(a) - gravity(b));
}

function gravity(change: Described): number {
  // Every create widens; an update that does changes what somebody already relies on.
  if (change.action === "create" && change.dangers.length === 0) return RISK_KINDS.length + 1;
  const [first] = changeRisks(change);
  return first === undefined ? RISK_KINDS.length : rank(first.kind);
}

function rank(kind: RiskKind): number {
  return RISK_KINDS.indexOf(kind);
}

function changeRisks(change: Described): readonly Risk[] {
  const { action, name, id, at, dangers, widens, refusal } = change;
  const risk = (kind: RiskKind, detail: string): Risk => ({ kind, name, detail, at });
  if (action === "delete") return [risk("delete", [`id ${id}`, ...dangers].join("; "))];
  if (refusal !== undefined) {
    const kind = action === "conflict" ? "conflict" : "blocked";
    return [risk(kind, refusal.reason + idsOf(change))];
  }
  return [
    ...(dangers.length > 0 ? [risk("danger", dangers.join("; "))] : []),
    ...(widens !== undefined ? [risk("widen", widens)] : []),
  ];
}

/** The ids of duplicates; the reason of another conflict names its keys itself. */
function idsOf({ keys, refusal }: Described): string {
  if (refusal?.code !== "twins") return "";
  const { shown, more } = firstOf(keys, SHOWN_IDS);
  return ` (ids ${shown.map(({ id }) => id).join(", ")}${more})`;
}
