import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { signalCode, type StopSignal } from "../model/stop-signal.ts";
import type { Io } from "./io.ts";
import { problem } from "./problem.ts";

/**
 * Waits for `work` or for a signal, whichever comes first. For everything that is waited for outside
 * of a session: files, which may be pipes that nobody writes to, the comment on GitHub, an answer to
 * a question. What is given up goes on in the background, so it must not write.
 */
export async function untilSignal<T>(
  { onSignal }: Pick<Io, "onSignal">,
  work: () => Promise<T>,
): Promise<Result<T, Diagnostic>> {
  let unlisten = (): void => {};
  const signalled = new Promise<StopSignal>((resolve) => {
    unlisten = onSignal(resolve);
  });
  try {
    return await Promise.race([
      signalled.then((signal) => err(interrupted(signal))),
      work().then((value) => ok(value)),
    ]);
  } finally {
    unlisten();
  }
}

function interrupted(signal: StopSignal): Diagnostic {
  const message = `interrupted by ${signal.toUpperCase()}`;
  return problem(signalCode(signal), message, "run again");
}
