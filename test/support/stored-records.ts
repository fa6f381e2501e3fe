import type { EditableFields, FullRecord, LiveKey } from "../../src/model/key.ts";
import { liveKey, NOW } from "./records.ts";

/** What the server keeps of a create: odd values become its own defaults. */
export function storeCreate(body: EditableFields, id: number): LiveKey {
  return liveKey({
    ...body,
    id,
    expired_time: body.expired_time === 0 ? -1 : body.expired_time,
    allow_ips: body.allow_ips ?? "",
    cross_group_retry: body.group === "auto" && body.cross_group_retry,
    created_time: NOW,
    accessed_time: NOW,
  });
}

/** What the server keeps of a full PUT: everything as sent, but for the status. */
export function storeReplace(stored: LiveKey, body: FullRecord): LiveKey {
  if (!body.unlimited_quota && (body.remain_quota < 0 || body.remain_quota > 2_147_483_647)) {
    throw new Error(`the server refuses remain_quota ${body.remain_quota}`);
  }
  const { id: _id, status: _status, ...fields } = body;
  return {
    ...stored,
    ...Object.fromEntries(Object.entries(fields).filter(([field]) => field in stored)),
    cross_group_retry: body.group === "auto" && body.cross_group_retry,
  };
}

/** What the server keeps of `status_only`: it takes no enable while the cause of a stop stands. */
export function storeStatus(stored: LiveKey, status: number, now: number): LiveKey {
  const over = stored.expired_time !== -1 && stored.expired_time <= now;
  const spent = !stored.unlimited_quota && stored.remain_quota <= 0;
  if (status === 1 && ((stored.status === 3 && over) || (stored.status === 4 && spent))) {
    throw new Error(`the server refuses to enable ${stored.name} (status ${stored.status})`);
  }
  return { ...stored, status };
}

/** Use of a key: units move from one counter to the other, and the server notes what has ended. */
export function use(stored: LiveKey, units: number, now: number): LiveKey {
  const used = {
    ...stored,
    remain_quota: stored.remain_quota - units,
    used_quota: stored.used_quota + units,
    accessed_time: now,
  };
  if (stored.status !== 1) return used;
  if (stored.expired_time !== -1 && stored.expired_time <= now) return { ...used, status: 3 };
  return used.unlimited_quota || used.remain_quota > 0 ? used : { ...used, status: 4 };
}
