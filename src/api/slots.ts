/** Bounds how many tasks run at a time; an urgent one starts before all that wait. */
export interface Slots {
  readonly run: <T>(urgent: boolean, task: () => Promise<T>) => Promise<T>;
  readonly size: () => number;
  /** Takes effect as running tasks end. */
  readonly resize: (size: number) => void;
}

export function createSlots(initial: number): Slots {
  const urgentQueue: (() => void)[] = [];
  const queue: (() => void)[] = [];
  let size = initial;
  let running = 0;

  function startNext(): void {
    while (running < size) {
      const start = urgentQueue.shift() ?? queue.shift();
      if (start === undefined) return;
      running += 1;
      start();
    }
  }
  return {
    run: async (urgent, task) => {
      await new Promise<void>((resolve) => {
        (urgent ? urgentQueue : queue).push(resolve);
        startNext();
      });
      try {
        return await task();
      } finally {
        running -= 1;
        startNext();
      }
    },
    size: () => size,
    resize: (wanted) => {
      size = wanted;
      startNext();
    },
  };
}
