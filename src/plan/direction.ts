import { networkContains } from "../model/address.ts";
import { STATUS, type DesiredFields, type LiveKey } from "../model/key.ts";
import type { Direction, FieldChange } from "../model/plan.ts";

/** A field's change before it is classed. */
export type BareChange = Omit<FieldChange, "direction">;

/**
 * Whether a field's change lets the key do more. Fields that depend on a switch (a quota beside
 * `unlimited_quota`, a list beside `model_limits_enabled`) are judged where the switch stays as it
 * is; where the switch itself moves, it carries the direction.
 */
export function directionOf(change: BareChange, desired: DesiredFields, live: LiveKey): Direction {
  const { before, after } = change;
  switch (change.field) {
    case "remain_quota":
      return live.unlimited_quota ? "neutral" : byNumber(before, after);
    case "expired_time":
      return byNumber(lifetime(before), lifetime(after));
    case "unlimited_quota":
    case "cross_group_retry":
      return after === true ? "widen" : "narrow";
    case "model_limits_enabled":
      return after === true ? "narrow" : "widen";
    case "model_limits":
      return modelsDirection(change, desired, live);
    case "allow_ips":
      return addressesDirection(items(before), items(after));
    case "status":
      return after === STATUS.enabled ? "widen" : "narrow";
    case "group":
      return "widen";
    case "name":
      return "neutral";
  }
}

/** A change widens if any of its fields does, and narrows if one does and none widens. */
export function overallDirection(fields: readonly FieldChange[]): Direction {
  const directions = new Set(fields.map(({ direction }) => direction));
  if (directions.has("widen")) return "widen";
  return directions.has("narrow") ? "narrow" : "neutral";
}

function byNumber(before: unknown, after: unknown): Direction {
  const [from, to] = [Number(before), Number(after)];
  if (to > from) return "widen";
  return to < from ? "narrow" : "neutral";
}

/** -1 never expires; 0 and everything else is an instant. */
function lifetime(seconds: unknown): unknown {
  return seconds === -1 ? Number.POSITIVE_INFINITY : seconds;
}

function modelsDirection(change: BareChange, desired: DesiredFields, live: LiveKey): Direction {
  const enabledAfter = desired.model_limits_enabled ?? live.model_limits_enabled;
  if (!live.model_limits_enabled || !enabledAfter) return "neutral";
  const known = new Set(items(change.before));
  return items(change.after).every((id) => known.has(id)) ? "narrow" : "widen";
}

/** An empty list restricts nothing. */
function addressesDirection(before: readonly string[], after: readonly string[]): Direction {
  if (before.length === 0) return "narrow";
  if (after.length === 0) return "widen";
  const covered = after.every((entry) => before.some((old) => networkContains(old, entry)));
  return covered ? "narrow" : "widen";
}

function items(value: FieldChange["before"]): readonly string[] {
  return Array.isArray(value) ? value : [];
}
