import pLimit from "p-limit";

/** Bounds how many tasks run at a time; an urgent one starts before all that wait. */
export interface PriorityLimit {
  readonly run: <T>(urgent: boolean, task: () => Promise<T>) => Promise<T>;
  readonly size: () => number;
  /** Takes effect as running tasks end. */
  readonly resize: (size: number) => void;
}

export function createPriorityLimit(initial: number): PriorityLimit {
  const limit = pLimit(initial);
  const urgentTasks: (() => Promise<void>)[] = [];
  const tasks: (() => Promise<void>)[] = [];
  // Each task asks for one turn, and a turn goes to the most urgent task that waits by then.
  const turn = async (): Promise<void> => (urgentTasks.shift() ?? tasks.shift())?.();
  return {
    run: (urgent, task) =>
      new Promise((resolve, reject) => {
        (urgent ? urgentTasks : tasks).push(() => task().then(resolve, reject));
        void limit(turn);
      }),
    size: () => limit.concurrency,
    resize: (size) => {
      limit.concurrency = size;
    },
  };
}
