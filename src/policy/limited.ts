import { cutText } from "../model/text.ts";
import { err, ok, type Result } from "../model/result.ts";

/** Does work that a policy can make endless (a pattern, say); `undefined` when it took too long. */
export type Limited = <T>(work: () => T) => T | undefined;

/** Code points of what an engine or a library says, which may quote the policy. */
const MAX_REASON = 200;

/** Does such work, which a policy can also make fail; the error says why nothing came of it. */
export function attempt<T extends object>(limited: Limited, work: () => T): Result<T, string> {
  try {
    const done = limited(work);
    return done === undefined ? err("it takes too long") : ok(done);
  } catch (error) {
    return err(cutText(error instanceof Error ? error.message : String(error), MAX_REASON));
  }
}
