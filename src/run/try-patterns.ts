import { dirname } from "node:path";
import { runChild } from "../deliver/run-child.ts";

/** A pattern that cannot be used, and why: absent when it takes too long. Or why none could be tried. */
export interface Unfit {
  readonly pattern?: string | undefined;
  readonly reason?: string | undefined;
}

/** What the engine may take for all of them, ms of CPU; most take less than one each. */
const LONGEST_MS = 2_000;

/**
 * Says which pattern it is at, and why it cannot be used; if all take too long, which one took most. The engine
 * makes a pattern ready twice over for each of its two kinds of texts: when it is first used, and again.
 */
const TRIAL = `
const { readFileSync, writeSync } = require("node:fs");
let [sum, most, slowest] = [0, 0, 0];
for (const [at, pattern] of JSON.parse(readFileSync(0, "utf8")).entries()) {
  writeSync(1, at + "\\n");
  const begun = process.cpuUsage();
  try {
    const compiled = new RegExp(pattern, "u");
    for (const text of ["", "a", "\\u0100"]) for (let n = 0; n < 3; n += 1) compiled.test(text);
  } catch (error) {
    writeSync(1, at + " " + error.message.replace(/^.*: /s, "") + "\\n");
    process.exit();
  }
  const { user, system } = process.cpuUsage(begun);
  if (user + system > most) [most, slowest] = [user + system, at];
  sum += user + system;
  if (sum > ${LONGEST_MS * 1_000}) break;
}
writeSync(1, sum > ${LONGEST_MS * 1_000} ? slowest + "\\n" : "done\\n");
`;

/**
 * Tries patterns that somebody else wrote, before they are used here: while the engine makes one ready, neither
 * a timer nor a signal is served, and `(?:\P{L}|\P{N})` eight times in a row takes a minute. In a process of its
 * own it can be ended.
 *
 * @param ms How long it may take at all.
 */
export async function tryPatterns(
  patterns: readonly string[],
  ms: number,
): Promise<Unfit | undefined> {
  const end = await runChild(process.execPath, ["-e", TRIAL], {
    // Neither the folder of a pull request nor the token is for it.
    cwd: dirname(process.execPath),
    env: {},
    stdin: JSON.stringify(patterns),
    keptBytes: KEPT_BYTES,
    timeoutMs: Math.max(1, ms),
    signal: undefined,
  });
  if (end.kind === "not-started") return { reason: end.reason };
  const last = end.said.stdout.text.trimEnd().split("\n").at(-1) ?? "";
  if (last === "done") return undefined;
  const [, at, reason] = /^(\d+)(?: (.+))?$/.exec(last) ?? [];
  return { pattern: at === undefined ? undefined : patterns[Number(at)], reason };
}

const KEPT_BYTES = 4_096;
