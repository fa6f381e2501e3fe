import type { SourceSpan } from "../model/diagnostic.ts";
import type { Change, Plan } from "../model/plan.ts";
import { unreachable } from "../model/unreachable.ts";
import { widens } from "./widening-text.ts";

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

/** Twins of one name that are told by id; more are counted. */
const SHOWN_IDS = 10;

/** Every risk of a plan, the gravest kind first; within a kind, what is live before what is new. */
export function risksOf(plan: Plan): readonly Risk[] {
  const risks = gravestFirst(plan.changes).flatMap(changeRisks);
  return risks.toSorted((a, b) => rank(a.kind) - rank(b.kind));
}

/**
 * The changes with the gravest first, so that what is cut off for want of room is the harmless end
 * and not the deletes, which a plan lists last.
 */
export function gravestFirst(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((a, b) => gravity(a) - gravity(b));
}

function gravity(change: Change): number {
  // Every create widens; an update that does changes what somebody already relies on.
  if (change.action === "create" && change.dangers.length === 0) return RISK_KINDS.length + 1;
  const [first] = changeRisks(change);
  return first === undefined ? RISK_KINDS.length : rank(first.kind);
}

function rank(kind: RiskKind): number {
  return RISK_KINDS.indexOf(kind);
}

function changeRisks(change: Change): readonly Risk[] {
  const { name } = change;
  switch (change.action) {
    case "conflict": {
      // Altered names are told with their ids in the reason itself.
      if (change.code !== "twins") {
        return [{ kind: "conflict", name, detail: change.reason, at: change.at }];
      }
      const ids = change.keys.slice(0, SHOWN_IDS).map(({ id }) => id);
      const more = change.keys.length - ids.length;
      const shown = `ids ${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
      return [{ kind: "conflict", name, detail: `${change.reason} (${shown})`, at: change.at }];
    }
    case "blocked":
      return [{ kind: "blocked", name, detail: change.reason, at: change.at }];
    case "delete": {
      const dangers = change.dangers.map(({ message }) => message);
      const detail = [`id ${change.id}`, ...dangers].join("; ");
      return [{ kind: "delete", name, detail, at: change.desired.at }];
    }
    case "create":
    case "update": {
      const { at } = change.desired;
      const danger = change.dangers.map(({ message }) => message).join("; ");
      return [
        ...(danger === "" ? [] : [{ kind: "danger", name, detail: danger, at } as const]),
        ...(widens(change) ? [{ kind: "widen", name, detail: widening(change), at } as const] : []),
      ];
    }
    default:
      return unreachable(change);
  }
}

function widening(change: Extract<Change, { action: "create" | "update" }>): string {
  if (change.action === "create") return "new key";
  const fields = change.fields.filter(({ direction }) => direction === "widen");
  return fields.map(({ field }) => field).join(", ");
}
