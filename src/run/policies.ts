import type { DeclaredKey } from "../config/load-desired.ts";
import { createSizeCheck } from "../config/file-size.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { Clock } from "../model/ports.ts";
import type { Limited } from "../policy/limited.ts";
import type { Policy } from "../policy/load-policy.ts";
import type { Io } from "./io.ts";
import { keepMessages } from "./report.ts";
import { readSource } from "./read-source.ts";
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

/** Reads the policies named with `--policy`, for the keys that the files declare. */
export async function readPolicies(
  paths: readonly string[],
  declared: readonly DeclaredKey[],
  io: Pick<Io, "clock" | "deadlineAt" | "redactor">,
): Promise<ReadPolicies> {
  if (paths.length === 0) return { checkPolicies: () => [], diagnostics: [] };
  // Only now: few runs have a policy, and all that reads one takes time to load.
  const [{ loadPolicy }, { violationsOf }] = await Promise.all([
    import("../policy/load-policy.ts"),
    import("../policy/violations.ts"),
  ]);
  const policies: Policy[] = [];
  const diagnostics: Diagnostic[] = [];
  const checkSize = createSizeCheck();
  const limited = limitedBy(io.clock, io.deadlineAt);
  for (const path of new Set(paths)) {
    const source = await readSource(path, "--policy");
    const loaded = source.ok ? loadPolicy(source.value, checkSize, limited) : source;
    if (loaded.ok) policies.push(loaded.value);
    else diagnostics.push(...[loaded.error].flat());
  }
  const checkPolicies: CheckPolicies = ({ isChosen, isNew, now, deadlineAt }) => {
    const keys = declared.filter(({ name }) => isChosen(name));
    const given = limitedBy(io.clock, deadlineAt);
    const found = violationsOf(keys, { policies, isNew, now, limited: given });
    keepMessages(found, io);
    const isLate = io.clock.now() >= deadlineAt;
    return isLate && found.some(({ code }) => code === "policy-invalid") ? [LATE] : found;
  };
  return { checkPolicies, diagnostics };
}

const LATE = problem(
  "deadline",
  "the deadline came while the keys were held against the policies",
  "raise --deadline",
);

/** For all policies together; fifty rules over 5,000 keys take a fraction of a second. */
const LONGEST_MS = 5_000;

/**
 * A policy is a file of the pull request too: what it makes endless (a pattern, say) ends with this time,
 * or with the run's where that is less.
 */
function limitedBy(clock: Clock, deadlineAt: number): Limited {
  let left = LONGEST_MS;
  return (work) => {
    const begunAt = clock.now();
    const done = withinTime(Math.min(left, deadlineAt - begunAt), work);
    left -= clock.now() - begunAt;
    return done;
  };
}
