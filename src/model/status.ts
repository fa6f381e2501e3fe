import { difference, type Difference } from "./field-rules.ts";
import { grantDifference } from "./quota.ts";

/** `status` as the server numbers it; it sets `expired` and `exhausted` itself. */
export const STATUS = { enabled: 1, disabled: 2, expired: 3, exhausted: 4 } as const;

const NAMES = new Map<number, string>(Object.entries(STATUS).map(([name, code]) => [code, name]));

export function statusText(status: number): string {
  return NAMES.get(status) ?? String(status);
}

/** The declared fields on which a key's status depends. */
interface DesiredStatus {
  readonly status?: "enabled" | "disabled";
  readonly expired_time?: number;
  readonly remain_quota?: number;
  readonly unlimited_quota?: boolean;
}

interface LiveStatus {
  readonly status: number;
  readonly expired_time: number;
  readonly remain_quota: number;
  readonly used_quota: number;
  readonly unlimited_quota: boolean;
}

/** The status a key has to be given, also where none is declared: a revived key is enabled. */
export function statusDifference(
  desired: DesiredStatus,
  live: LiveStatus,
  now: number,
): Difference | undefined {
  const after = wantedStatus(desired, live, now);
  return after === undefined ? undefined : difference(live.status, after);
}

function wantedStatus(desired: DesiredStatus, live: LiveStatus, now: number): number | undefined {
  if (desired.status === "disabled") return STATUS.disabled;
  // Expired and exhausted are the server's observations. While their cause stands an enable would
  // be refused; once it is gone the server does not take them back by itself.
  if (live.status === STATUS.expired || live.status === STATUS.exhausted) {
    return canWork(desired, live, now) ? STATUS.enabled : undefined;
  }
  return desired.status === "enabled" ? STATUS.enabled : undefined;
}

/** Whether the key, with the declared fields in place, has both time and quota left. */
function canWork(desired: DesiredStatus, live: LiveStatus, now: number): boolean {
  const expiry = desired.expired_time ?? live.expired_time;
  const hasTime = expiry === -1 || expiry > now;
  const unlimited = desired.unlimited_quota ?? live.unlimited_quota;
  const remains = grantDifference(desired, live)?.quota.remainAfter ?? live.remain_quota;
  return hasTime && (unlimited || remains > 0);
}
