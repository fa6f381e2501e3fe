import type { ClientRun } from "./client-run.ts";
import type { Violation } from "./evidence.ts";
import type { Exchange } from "./exchange-log.ts";
import type { History } from "./play-schedule.ts";
import type { Stored } from "./record.ts";
import { START } from "./scheduler.ts";
import type { Step } from "./truth.ts";

interface Line {
  readonly at: number;
  readonly text: string;
}

/** The whole story of a schedule in the order of its times, for a person who hunts a violation. */
export function traceOf(history: History, violations: readonly Violation[]): string {
  const { schedule, truth, exchanges, runs } = history;
  const { traits, settleMs, timeoutMs } = schedule;
  const head = [
    `seed ${schedule.seed}`,
    `server: ${JSON.stringify(traits)}, settle ${settleMs} ms, timeout ${timeoutMs} ms`,
    ...schedule.declared.map(
      ({ name, state, fields }) => `declared ${name}: ${state} ${JSON.stringify(fields)}`,
    ),
    ...schedule.seeded.map((record) => `stored   ${describe(record)}`),
  ];
  const lines: Line[] = [
    ...truth.steps.filter(({ by }) => by.kind !== "use").map(stepLine),
    ...exchanges.flatMap(exchangeLines),
    ...runs.flatMap(runLines),
  ];
  const told = lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, text }) => `${((at - START) / 1000).toFixed(3).padStart(10)}  ${text}`);
  const verdicts = violations.map(
    ({ invariant, rule, detail }) => `VIOLATED (${invariant}) ${rule}\n    ${detail}`,
  );
  return [...head, ...told, ...verdicts, ""].join("\n");
}

function stepLine({ at, id, before, after, by }: Step): Line {
  const who = by.kind === "run" ? `request ${by.request} of run ${by.run}` : "a person";
  if (after === undefined) return { at, text: `server    key ${id} is gone (${who})` };
  const text =
    before === undefined ? `appears: ${describe(after)}` : `changes: ${difference(before, after)}`;
  return { at, text: `server    key ${id} ${text} (${who})` };
}

function exchangeLines(x: Exchange): readonly Line[] {
  const what = [x.kind, x.name, x.id, x.page === undefined ? undefined : `page ${x.page}`]
    .filter((part) => part !== undefined)
    .join(" ");
  const struck = x.fault === undefined ? "" : `  [${x.fault}, ${x.phase} the server's part]`;
  const body = x.body === undefined ? "" : ` ${JSON.stringify(x.body)}`;
  const lines = [{ at: x.sentAt, text: `run ${x.run}     sends ${x.n}: ${what}${body}${struck}` }];
  if (x.readAt !== undefined) {
    const served = x.served?.map((record) => `${record.id}:${record.name}`).join(" ") ?? "";
    const at = x.handledAt ?? x.readAt;
    const behind = Math.round(at - x.readAt);
    const replica = behind > 0 ? ` from a replica ${behind} ms behind` : "";
    lines.push({ at, text: `server    reads for ${x.n}${replica}: ${served}` });
  }
  if (x.sawAt !== undefined) {
    const grant = x.kind === "get" && x.saw === "yes" ? counters(x.served?.[0]) : "";
    lines.push({ at: x.sawAt, text: `run ${x.run}     saw ${x.n}: ${x.saw}${grant}` });
  }
  return lines;
}

function counters(record: Stored | undefined): string {
  if (record === undefined) return "";
  return ` (status ${record.status}, remain ${record.remain_quota}, used ${record.used_quota})`;
}

function runLines(run: ClientRun): readonly Line[] {
  const who = `run ${run.run}    `;
  const lines = [{ at: run.startedAt, text: `${who} starts (${run.role})` }];
  const add = (at: number | undefined, text: string): void => {
    if (at !== undefined) lines.push({ at, text: `${who} ${text}` });
  };
  add(run.interruptedAt, "is interrupted");
  add(run.killedAt, "is killed");
  add(run.endedAt, `ends ${run.refusal ?? run.crash ?? ""}`);
  for (const { action, name, status, id, error, note } of run.outcomes ?? []) {
    const why = error === undefined ? (note ?? "") : `${error.code}: ${error.message}`;
    add(run.endedAt, `reports ${action} ${name} ${status} ${id ?? ""} ${why}`.trimEnd());
  }
  return lines;
}

function describe({ lag: _lag, ...record }: Stored): string {
  return JSON.stringify(record);
}

function difference(before: Stored, after: Stored): string {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .filter(([name, value]) => old.get(name) !== value)
    .map(([name, value]) => `${name} ${JSON.stringify(old.get(name))} -> ${JSON.stringify(value)}`)
    .join(", ");
}
