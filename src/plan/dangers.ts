import type { EditableFields, LiveKey } from "../model/key.ts";
import { MAX_SENT_QUOTA } from "../model/quota.ts";
import { STATUS } from "../model/status.ts";
import type { Danger, FieldChange } from "../model/plan.ts";

/** A key used this recently is shown as a danger when it is to be deleted: 7 days. */
export const DELETE_USE_SECONDS = 7 * 24 * 3600;

/** What a reviewer must not miss in an update: above all, a key that stops working at once. */
export function updateDangers(changes: readonly FieldChange[], now: number): readonly Danger[] {
  const dangers: string[] = [];
  for (const change of changes) {
    if (change.field === "remain_quota" && change.quota?.remainAfter === 0) {
      const { used } = change.quota;
      const why =
        used === 0 ? "no quota is left" : `the new quota is already used up (${used} used)`;
      dangers.push(`${why}: the key stops at once`);
    }
    if (change.field === "expired_time" && isPast(change.after, now)) {
      dangers.push("the new expiry is in the past: the key stops at once");
    }
    const disables = change.field === "status" && change.after === STATUS.disabled;
    // An expired or exhausted key has stopped already.
    if (disables && change.before === STATUS.enabled) {
      dangers.push("the key is disabled: it stops at once");
    }
  }
  return dangers.map((message) => ({ message }));
}

/** A delete is reviewed line by line; that the key is in use may not be known to the reviewer. */
export function deleteDangers(live: LiveKey, now: number): readonly Danger[] {
  const permanent = { message: "a deleted key cannot be brought back" };
  if (!usedWithin(live, now, DELETE_USE_SECONDS)) return [permanent];
  return [{ message: `used within the last 7 days (${live.used_quota} used)` }, permanent];
}

/** Whether the key has been used in the last `seconds`, by the server's clock. */
export function usedWithin(live: LiveKey, now: number, seconds: number): boolean {
  const used = live.used_quota > 0 && live.accessed_time > live.created_time;
  return used && now - live.accessed_time < seconds;
}

/** Whether a key came into use since a plan that knew of none in the last 7 days. */
export function newlyUsed(live: LiveKey, planned: LiveKey, now: number): boolean {
  const inUse = (key: LiveKey): boolean => usedWithin(key, now, DELETE_USE_SECONDS);
  // `used_quota` can be behind the use that `accessed_time` tells of.
  return !inUse(planned) && (live.used_quota > planned.used_quota || inUse(live));
}

/**
 * A quota that only some servers take. Which kind this one is shows when it is asked, so the change
 * is sent like any other. The quota of an unlimited key is ignored everywhere.
 */
export function quotaDangers(
  body: Pick<EditableFields, "remain_quota" | "unlimited_quota">,
): readonly Danger[] {
  if (body.unlimited_quota || body.remain_quota <= MAX_SENT_QUOTA) return [];
  const message = `${body.remain_quota} units have to be sent: newer servers refuse more than ${MAX_SENT_QUOTA} on a limited key, older ones take it`;
  return [{ message }];
}

function isPast(value: unknown, now: number): boolean {
  return typeof value === "number" && value !== -1 && value <= now;
}
