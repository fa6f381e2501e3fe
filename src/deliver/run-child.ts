import { spawn, type ChildProcess } from "node:child_process";
import { keepEnd, type Kept } from "./program-output.ts";

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** As much is kept of the end of each stream. */
  readonly keptBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** How a process ended; `said` is what it wrote to its two streams. */
export type ChildEnd = Ending & { readonly said: { readonly stdout: Kept; readonly stderr: Kept } };

type Ending =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "timed-out" }
  | { readonly kind: "aborted" }
  | { readonly kind: "not-started"; readonly reason: string };

/** Ends what runs: a second signal ends this process at once, and no timer comes to its turn any more. */
const endings = new Set<() => void>();
process.on("exit", () => {
  for (const end of endings) end();
});

/** From SIGTERM to SIGKILL, ms. */
const KILL_AFTER_MS = 2_000;

/** How long is waited for what the pipes still hold, after the end; something else may hold them open, ms. */
const DRAIN_MS = 500;

/**
 * Runs one program without a shell, in a process group of its own, which is what a timeout or `signal` ends.
 * What the program leaves behind when it ends by itself is left alone, and not waited for. Throws where
 * Node does not even try to start it.
 */
export function runChild(
  file: string,
  args: readonly string[],
  { cwd, env, stdin, keptBytes, timeoutMs, signal }: ChildOptions,
): Promise<ChildEnd> {
  // Without a free descriptor the pipes are missing, whatever the types of Node say.
  const child: ChildProcess = spawn(file, args, {
    cwd,
    env,
    detached: true,
    stdio: "pipe",
    windowsHide: true,
  });
  const stdout = keepEnd(child.stdout, keptBytes);
  const stderr = keepEnd(child.stderr, keptBytes);
  // EPIPE: a program need not read what it is given; its exit code tells what it made of it.
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = [];
    let stopped: "timed-out" | "aborted" | undefined;
    let isKilled = false;
    let ending: Ending | undefined;

    const later = (ms: number, work: () => void): void => {
      timers.push(setTimeout(work, ms));
    };
    const finish = (): void => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      endings.delete(endNow);
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
      child.unref();
      const end: Ending = stopped === undefined ? (ending ?? NEVER_ENDED) : { kind: stopped };
      resolve({ ...end, said: { stdout: stdout(), stderr: stderr() } });
    };
    // What came meanwhile is read first: on a busy machine the time may be over before it was.
    const finishSoon = (): void => later(DRAIN_MS, () => setImmediate(finish));
    const stop = (why: "timed-out" | "aborted"): void => {
      if (stopped !== undefined || ending !== undefined) return;
      stopped = why;
      signalGroup(child, "SIGTERM");
      later(KILL_AFTER_MS, () => {
        isKilled = true;
        signalGroup(child, "SIGKILL");
        finishSoon();
      });
    };
    const onAbort = (): void => stop("aborted");
    const endNow = (): void => {
      if (stopped !== undefined || ending === undefined) signalGroup(child, "SIGKILL");
    };
    endings.add(endNow);
    // After SIGTERM the program may be gone and what it started not: that gets its two seconds too.
    const isOver = (): boolean => stopped === undefined || isKilled || !isGroupAlive(child);

    child.once("error", (error) => {
      if (child.pid !== undefined) return;
      ending = {
        kind: "not-started",
        reason: "code" in error ? String(error.code) : error.message,
      };
      finish();
    });
    child.once("exit", (code, killer) => {
      ending =
        code === null ? { kind: "killed", signal: killer ?? "a signal" } : { kind: "exited", code };
      if (isOver()) finishSoon();
    });
    child.once("close", () => {
      if (isOver()) finish();
    });
    later(timeoutMs, () => stop("timed-out"));
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

/** Not reached: without a stop, only the end of the process leads to `finish`. */
const NEVER_ENDED: Ending = { kind: "killed", signal: "a signal" };

function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    // Windows knows no groups.
    if (process.platform === "win32") return signal !== 0 && child.kill(signal);
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function isGroupAlive(child: ChildProcess): boolean {
  return signalGroup(child, 0);
}
