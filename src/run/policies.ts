import {
  firstProblems,
  toDiagnostics,
  type DeclaredKey,
  type FileProblems,
} from "../config/load-desired.ts";
import { createSizeCheck } from "../config/file-size.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { Clock } from "../model/ports.ts";
import type { Limited } from "../policy/limited.ts";
import type { Policy } from "../policy/load-policy.ts";
import type { Io } from "./io.ts";
import { keepMessages } from "./report.ts";
import { noneSeen, readOnce, startOf } from "./read-source.ts";
import { withinTime } from "./time-limit.ts";

/** Holds the declared keys against the policies of a run; gives what they break. */
export type CheckPolicies = (moment: {
  readonly isChosen: (name: string) => boolean;
  /** Whether a key is not live yet; offline, that is not known of any. */
  readonly isNew: (name: string) => boolean;
  /** Unix seconds: the server's where there is one. */
  readonly now: number;
  /** When the run has to be over, by the clock's `now`, ms. */
  readonly deadlineAt: number;
}) => readonly Diagnostic[];

interface ReadPolicies {
  readonly checkPolicies: CheckPolicies;
  /** Any of them ends the run: a policy that was not read must not look like one that is kept. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the policies named with `--policy`, for the keys that the files declare.
 *
 * @param most So many problems are told; others are only counted.
 */
export async function readPolicies(
  paths: readonly string[],
  declared: readonly DeclaredKey[],
  io: Pick<Io, "clock" | "deadlineAt" | "redactor">,
  most: number,
): Promise<ReadPolicies> {
  if (paths.length === 0) return { checkPolicies: () => [], diagnostics: [] };
  // Only now: few runs have a policy, and all that reads one takes time to load.
  const [{ loadPolicy }, { unusablePattern }, { violationsOf }, { tryPatterns }] =
    await Promise.all([
      import("../policy/load-policy.ts"),
      import("../policy/patterns.ts"),
      import("../policy/violations.ts"),
      import("./try-patterns.ts"),
    ]);
  const policies: Policy[] = [];
  const unread: Diagnostic[] = [];
  const faulty: FileProblems[] = [];
  const checkSize = createSizeCheck();
  const { clock, deadlineAt: readBy } = io;
  const [reading, checking] = [allowance(clock, READ_MS), allowance(clock, CHECK_MS)];
  const limited = reading.limitedBy(readBy);
  const seen = noneSeen();
  let characters = 0;
  for (const path of paths) {
    const source = await readOnce(path, "--policy", seen);
    if (source === undefined) continue;
    characters += source.ok ? source.value.text.length : 0;
    if (characters > MAX_CHARACTERS) {
      unread.push(tooMuch(path));
      break;
    }
    if (!source.ok) {
      unread.push(source.error);
      continue;
    }
    const loaded = loadPolicy(source.value, checkSize, limited);
    if (loaded.ok) policies.push(loaded.value);
    else faulty.push(loaded.error);
  }
  const diagnostics = [
    ...firstProblems(unread, most),
    ...toDiagnostics(faulty, most - unread.length),
  ];
  // Not before all else is in order: a fault keeps every pattern from being used.
  if (diagnostics.length === 0) {
    const patterns = [...new Set(policies.flatMap((policy) => [...policy.patterns.keys()]))];
    const unfit =
      patterns.length === 0
        ? undefined
        : await reading.wait(readBy, (ms) => tryPatterns(patterns, ms));
    if (unfit !== undefined) {
      const { pattern, reason } = unfit;
      const told = pattern === undefined ? undefined : unusablePattern(policies, pattern, reason);
      diagnostics.push(clock.now() >= readBy ? LATE : (told ?? untried(reason)));
    }
  }
  const checkPolicies: CheckPolicies = ({ isChosen, isNew, now, deadlineAt }) => {
    const keys = declared.filter(({ name }) => isChosen(name));
    const within = checking.limitedBy(deadlineAt);
    const found = violationsOf(keys, { policies, isNew, now, limited: within });
    keepMessages(found, io);
    const isLate = clock.now() >= deadlineAt;
    return isLate && found.some(({ code }) => code === "policy-invalid") ? [LATE] : found;
  };
  return { checkPolicies, diagnostics };
}

/** Fifty rules have 10,000. All texts are kept for what is told of them. */
const MAX_CHARACTERS = 2_000_000;

function tooMuch(path: string): Diagnostic {
  const message = "with this policy, those of this run have more than 2,000,000 characters";
  return problem("file-too-large", message, "leave out what is no rule", startOf(path));
}

function untried(reason = "it ended without a word"): Diagnostic {
  const message = `the patterns of the policies need a process to be tried in: ${reason}`;
  return problem("policy-invalid", message, "let this run start Node.js, or leave --policy out");
}

const LATE = problem(
  "deadline",
  "the deadline came while the keys were held against the policies",
  "raise --deadline",
);

/** For all policies together, to be read and for the keys; fifty rules over 5,000 keys take a fraction of a second. */
const READ_MS = 4_000;
const CHECK_MS = 5_000;

/** So much time for some work, however often it is begun. */
interface Allowance {
  readonly limitedBy: (deadlineAt: number) => Limited;
  readonly wait: <T>(deadlineAt: number, work: (ms: number) => Promise<T>) => Promise<T>;
}

/**
 * A policy is a file of the pull request too: what it makes endless (a pattern, say) ends with this time,
 * or with the run's where that is less.
 */
function allowance(clock: Clock, most: number): Allowance {
  let left = most;
  return {
    limitedBy: (deadlineAt) => (work) => {
      const begunAt = clock.now();
      const done = withinTime(Math.min(left, deadlineAt - begunAt), work);
      left -= clock.now() - begunAt;
      return done;
    },
    wait: async (deadlineAt, work) => {
      const begunAt = clock.now();
      const done = await work(Math.min(left, deadlineAt - begunAt));
      left -= clock.now() - begunAt;
      return done;
    },
  };
}
