import type { SourceSpan } from "../model/diagnostic.ts";
import type { Action } from "../model/plan.ts";
import { firstOf } from "../model/text.ts";
import type { Described } from "./change.ts";

/** In the order in which a reviewer should see them. */
export const RISK_KINDS = ["delete", "conflict", "blocked", "danger", "widen"] as const;

export type RiskKind = (typeof RISK_KINDS)[number];

/** One thing about one change that a reviewer must not miss. Texts are not escaped yet. */
export interface Risk {
  readonly kind: RiskKind;
  readonly action: Action;
  readonly name: string;
  readonly detail: string;
  readonly at: SourceSpan;
}

/** Duplicates of one name whose ids are told; more are counted. */
const SHOWN_IDS = 10;

/** What there is to say of a change under each kind of risk; `undefined` where it is none. */
const DETAILS: Readonly<Record<RiskKind, (change: Described) => string | undefined>> = {
  delete: ({ action, id, dangers }) =>
    action === "delete" ? [`id ${id}`, ...dangers].join("; ") : undefined,
  conflict: ({ action, refusal, keys }) => {
    if (refusal === undefined || action !== "conflict") return undefined;
    // The reason of another conflict names its keys itself.
    if (refusal.code !== "duplicates") return refusal.reason;
    const { shown, more } = firstOf(keys, SHOWN_IDS);
    return `${refusal.reason} (ids ${shown.map(({ id }) => id).join(", ")}${more})`;
  },
  blocked: ({ action, refusal }) => (action === "blocked" ? refusal?.reason : undefined),
  danger: ({ action, dangers }) =>
    action !== "delete" && dangers.length > 0 ? dangers.join("; ") : undefined,
  widen: ({ widens }) => widens,
};

/** Every risk of a plan, the gravest kind first; within a kind, what is live before what is new. */
export function risksOf(changes: readonly Described[]): readonly Risk[] {
  const ordered = gravestFirst(changes);
  return RISK_KINDS.flatMap((kind) =>
    ordered.flatMap((change) => {
      const detail = DETAILS[kind](change);
      return detail === undefined
        ? []
        : [{ kind, action: change.action, name: change.name, detail, at: change.at }];
    }),
  );
}

/**
 * The changes with the gravest first, so that what is cut off for want of room is the harmless end
 * and not the deletes, which a plan lists last.
 */
export function gravestFirst(changes: readonly Described[]): readonly Described[] {
  return changes.toSorted((a, b) => gravity(a) - gravity(b));
}

function gravity(change: Described): number {
  const none = RISK_KINDS.length;
  // Every create widens; an update that does changes what somebody already relies on.
  if (change.action === "create" && change.dangers.length === 0) return none + 1;
  const kind = RISK_KINDS.findIndex((one) => DETAILS[one](change) !== undefined);
  return kind === -1 ? none : kind;
}
