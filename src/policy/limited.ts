import { cutText } from "../model/text.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Does work that a policy can make endless (a pattern, say); `undefined` when it took too long. */
export type Limited = <T>(work: () => T) => T | undefined;

/** Code points of what an engine or a library says, which may quote the policy. */
const MAX_REASON = 200;

/** The validator's code has one alternative in the other, as deep as there are alternatives. */
const STACK = "Maximum call stack size exceeded";
const TOO_DEEP = "it has too many alternatives in one place, or is nested too deeply";

/** Does such work, which a policy can also make fail; the error says why nothing came of it. */
export function attempt<T extends object>(limited: Limited, work: () => T): Result<T, string> {
  try {
    const done = limited(work);
    return done === undefined ? err("it takes too long") : ok(done);
  } catch (error) {
    if (error instanceof RangeError && error.message === STACK) return err(TOO_DEEP);
    return err(cutText(error instanceof Error ? error.message : String(error), MAX_REASON));
  }
}
