import type { DesiredFields, LiveKey } from "../model/key.ts";
import { compareFields } from "./compare.ts";
import { createdFields } from "./record.ts";

/**
 * Equal in every field of the create. The status does not count: it is set in a request of its own.
 *
 * @param now Unix seconds by the server's clock.
 */
export function isAsCreated(key: LiveKey, fields: DesiredFields, now: number): boolean {
  return compareFields(createdFields(fields), key, now).every(({ field }) => field === "status");
}
