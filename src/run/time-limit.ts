import { Script } from "node:vm";
import { isJsonObject } from "../model/json.ts";

const CALL = new Script("work()");

/**
 * Does work that may have no end, and stops it after so many ms; `undefined` then. While it goes on,
 * neither a timer nor a signal of this process is served, so only the engine itself can end it.
 */
export function withinTime<T>(ms: number, work: () => T): T | undefined {
  let done: T | undefined;
  try {
    const context = { work: () => void (done = work()) };
    CALL.runInNewContext(context, { timeout: Math.max(1, Math.floor(ms)) });
    return done;
  } catch (error) {
    // It is an error of the other context, so no instance of this one's `Error`.
    const isLate = isJsonObject(error) && error["code"] === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    if (isLate) return undefined;
    throw error;
  }
}
