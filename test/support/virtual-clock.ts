import type { Clock } from "../../src/model/ports.ts";

export interface VirtualClock extends Clock {
  /** Runs until the promise settles; whenever everything waits, time jumps to the next timer. */
  readonly until: <T>(promise: Promise<T>) => Promise<T>;
  /** Calls the function at a moment, ms by `now`. */
  readonly at: (ms: number, action: () => void) => void;
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** A clock that no real time passes on, so that waits of minutes are tested in no time. */
export function createVirtualClock(start = 0): VirtualClock {
  let now = start;
  let timers: readonly Timer[] = [];

  const timer = (ms: number, fire: () => void): (() => void) => {
    const entry = { due: now + ms, fire };
    timers = [...timers, entry];
    return () => {
      timers = timers.filter((other) => other !== entry);
    };
  };
  const fireNext = (): void => {
    const [next] = timers.toSorted((a, b) => a.due - b.due);
    if (next === undefined) throw new Error("everything waits and no timer is set");
    timers = timers.filter((other) => other !== next);
    now = Math.max(now, next.due);
    next.fire();
  };
  return {
    now: () => now,
    wall: () => now,
    timer,
    at: (ms, action) => void timer(ms - now, action),
    until: async (promise) => {
      let settled = false;
      const watch = async (): Promise<void> => {
        await Promise.allSettled([promise]);
        settled = true;
      };
      void watch();
      for (;;) {
        // A turn of the event loop: every promise that can go on has gone on.
        await new Promise((resolve) => setImmediate(resolve));
        if (settled) return promise;
        fireNext();
      }
    },
  };
}
