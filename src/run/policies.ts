import type { DeclaredKey } from "../config/load-desired.ts";
import { createSizeCheck } from "../config/file-size.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { loadPolicy, type Limited, type Policy } from "../policy/load-policy.ts";
import { violationsOf } from "../policy/violations.ts";
import type { Io } from "./io.ts";
import { readSource } from "./read-source.ts";
import { withinTime } from "./time-limit.ts";

/** Holds the declared keys against the policies of a run; gives what they break. */
export type CheckPolicies = (moment: {
  readonly isChosen: (name: string) => boolean;
  /** Whether a key is not live yet; offline, that is not known of any. */
  readonly isNew: (name: string) => boolean;
  /** Unix seconds: the server's where there is one. */
  readonly now: number;
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
  io: Io,
): Promise<ReadPolicies> {
  const policies: Policy[] = [];
  const diagnostics: Diagnostic[] = [];
  const checkSize = createSizeCheck();
  // What a file of the pull request makes endless (a pattern, say) must not outlive the run.
  const limited: Limited = (work) =>
    withinTime(Math.min(LONGEST_MS, io.deadlineAt - io.clock.now()), work);
  for (const path of new Set(paths)) {
    const source = await readSource(path);
    const loaded = source.ok ? loadPolicy(source.value, checkSize, limited) : source;
    if (loaded.ok) policies.push(loaded.value);
    else diagnostics.push(...[loaded.error].flat());
  }
  const checkPolicies: CheckPolicies = ({ isChosen, isNew, now }) => {
    const keys = declared.filter(({ name }) => isChosen(name));
    return violationsOf(keys, { policies, isNew, now, limited });
  };
  return { checkPolicies, diagnostics };
}

/** Fifty rules over 5,000 keys take a fraction of a second. */
const LONGEST_MS = 10_000;
