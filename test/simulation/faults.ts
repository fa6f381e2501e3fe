import type { RequestKind } from "./exchange-log.ts";
import type { Choices } from "./random.ts";

/** Whether a fault strikes before the server has done its part of the work or after it. */
export type Phase = "before" | "after";

export const FAULT_NAMES = [
  "lost",
  "late",
  "5xx",
  "cut",
  "html",
  "429",
  "429 + Retry-After",
  "slow",
  "refused",
  "not opened",
  "field dropped",
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

export interface Fault {
  readonly name: FaultName;
  readonly phase: Phase;
}

interface Weighted extends Fault {
  readonly kinds: readonly RequestKind[];
  readonly weight: number;
}

const READS: readonly RequestKind[] = ["list", "get"];
const WRITES: readonly RequestKind[] = ["post", "put", "status", "delete"];
const ALL = [...READS, ...WRITES];

/**
 * Every fault there is. A read that is struck "after" was carried out for nothing; a refusal
 * "after" is the server that reports a failure and has stored the record all the same.
 */
const FAULTS: readonly Weighted[] = [
  { name: "lost", phase: "before", kinds: ALL, weight: 3 },
  { name: "lost", phase: "after", kinds: ALL, weight: 4 },
  { name: "late", phase: "after", kinds: WRITES, weight: 5 },
  { name: "5xx", phase: "before", kinds: ALL, weight: 2 },
  { name: "5xx", phase: "after", kinds: ALL, weight: 3 },
  { name: "cut", phase: "before", kinds: ALL, weight: 1 },
  { name: "cut", phase: "after", kinds: ALL, weight: 2 },
  { name: "html", phase: "before", kinds: ALL, weight: 1 },
  { name: "html", phase: "after", kinds: ALL, weight: 1 },
  { name: "429", phase: "before", kinds: ALL, weight: 3 },
  { name: "429 + Retry-After", phase: "before", kinds: ALL, weight: 3 },
  { name: "slow", phase: "before", kinds: ALL, weight: 2 },
  { name: "slow", phase: "after", kinds: ALL, weight: 2 },
  { name: "refused", phase: "before", kinds: ALL, weight: 1 },
  { name: "refused", phase: "after", kinds: WRITES, weight: 2 },
  { name: "not opened", phase: "before", kinds: ALL, weight: 1 },
  { name: "field dropped", phase: "after", kinds: ["post", "put", "status"], weight: 2 },
];

/** The cells of the coverage table: `fault|kind|phase`. */
export function cellOf({ name, phase }: Fault, kind: RequestKind): string {
  return `${name}|${kind}|${phase}`;
}

export const CELLS: readonly string[] = FAULTS.flatMap((fault) =>
  fault.kinds.map((kind) => cellOf(fault, kind)),
);

/** Which faults a run knows and how often they strike, per request kind. */
export interface FaultRates {
  readonly reads: number;
  readonly writes: number;
  /** 0 for none at all. */
  readonly limits: number;
}

const BY_KIND = new Map(
  ALL.map((kind) => [kind, FAULTS.filter(({ kinds }) => kinds.includes(kind))] as const),
);

/** Whether and how one request is struck. */
export function strike(kind: RequestKind, rates: FaultRates, choices: Choices): Fault | undefined {
  const rate = READS.includes(kind) ? rates.reads : rates.writes;
  if (!choices.chance(rate)) return undefined;
  const faults = BY_KIND.get(kind) ?? [];
  const weight = ({ name, weight }: Weighted): number =>
    name.startsWith("429")
      ? weight * rates.limits
      : // A refused list ends a run at once, which would hide what other faults do.
        name === "refused" && kind === "list"
        ? weight / 3
        : weight;
  let at = choices.next() * faults.reduce((sum, fault) => sum + weight(fault), 0);
  for (const fault of faults) {
    at -= weight(fault);
    if (at < 0) return fault;
  }
  return undefined;
}
