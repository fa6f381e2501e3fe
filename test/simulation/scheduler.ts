import type { Choices } from "./random.ts";

/** A thing that is to happen. It answers `true` when it woke a client, so that promises must run. */
type Happen = () => boolean;

interface Due {
  readonly at: number;
  readonly order: number;
  happen: Happen | undefined;
}

/**
 * Virtual time. Nothing happens but by an event, and which of several events comes first is decided
 * by the seed alone.
 */
export interface Scheduler {
  /** Milliseconds since the epoch; only events move it. */
  readonly now: () => number;
  /** Makes something happen after `ms`; the returned function calls it off. */
  readonly after: (ms: number, happen: Happen) => () => void;
  /** Plays events until none is left. */
  readonly play: () => Promise<void>;
  readonly played: () => number;
}

/** When every schedule begins, ms since the epoch. */
export const START = 1_900_000_000_000;

/** A run that plays more events than this hangs in a loop. */
const MOST_EVENTS = 100_000;
/** How much later than asked a thing happens, ms: the reason why any two events can swap. */
const JITTER_MS = 2;

export function createScheduler(startAt: number, choices: Choices): Scheduler {
  const heap: Due[] = [];
  let time = startAt;
  let played = 0;
  let order = 0;

  const after = (ms: number, happen: Happen): (() => void) => {
    const at = time + Math.max(0, ms) + choices.next() * JITTER_MS;
    order += 1;
    const due: Due = { at, order, happen };
    push(heap, due);
    return () => {
      due.happen = undefined;
    };
  };
  const play = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const turn = (): void => {
        for (;;) {
          const due = pop(heap);
          if (due === undefined) return resolve();
          if (due.happen === undefined) continue;
          time = due.at;
          played += 1;
          if (played > MOST_EVENTS) return reject(new Error("the run does not come to an end"));
          try {
            // All promise work that an event set off ends before the next turn of the event loop
            // begins: what is in the microtask queue runs dry first. No client promise waits for
            // anything but an event, so after that turn the run stands still.
            if (due.happen()) {
              setImmediate(turn);
              return;
            }
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)));
          }
        }
      };
      turn();
    });
  return { now: () => time, after, play, played: () => played };
}

function earlier(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let child = heap.length;
  heap.push(due);
  while (child > 0) {
    const parent = (child - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !earlier(due, above)) break;
    heap[child] = above;
    child = parent;
  }
  heap[child] = due;
}

function pop(heap: Due[]): Due | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let parent = 0;
  for (;;) {
    let child = parent * 2 + 1;
    let below = heap[child];
    const right = heap[child + 1];
    if (below !== undefined && right !== undefined && earlier(right, below)) {
      child += 1;
      below = right;
    }
    if (below === undefined || !earlier(below, last)) break;
    heap[parent] = below;
    parent = child;
  }
  heap[parent] = last;
  return top;
}
