import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { Desired } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { PruneOptions } from "../plan/prune.ts";
import { count } from "./flag-values.ts";

/** The flags that prune, as given. */
interface PruneFlags {
  readonly prune?: boolean | undefined;
  readonly pruneDisable?: boolean | undefined;
  readonly maxDeletes?: string | undefined;
  readonly pruneUsed?: boolean | undefined;
  readonly protect?: readonly string[] | undefined;
  readonly createOnly?: boolean | undefined;
}

/** Of more keys than this, none is pruned, unless `--max-deletes` says otherwise. */
export const MOST_PRUNED = 3;

/** What `--prune` and the flags beside it say. */
export function readPruneOptions(flags: PruneFlags): Result<PruneOptions | undefined, Diagnostic> {
  const { prune, pruneDisable, maxDeletes, pruneUsed, protect } = flags;
  if (!prune && !pruneDisable) {
    const idle = Object.entries({ "--max-deletes": maxDeletes, "--prune-used": pruneUsed })
      .filter(([, value]) => value !== undefined && value !== false)
      .map(([flag]) => flag);
    if (idle.length === 0) return ok(undefined);
    const fix = "add --prune or --prune-disable, or leave it out";
    const flags = idle.join(" and ");
    return err(problem("usage", `${flags}: without --prune nothing is pruned`, fix));
  }
  if (prune && pruneDisable) {
    const message = "--prune and --prune-disable exclude each other";
    return err(problem("usage", message, "say whether the keys are deleted or disabled"));
  }
  if (flags.createOnly) {
    const flag = prune ? "--prune" : "--prune-disable";
    const fix = "leave one of them out: a key that is pruned is not left alone";
    return err(problem("usage", `--create-only and ${flag} exclude each other`, fix));
  }
  const most = count("--max-deletes", maxDeletes ?? String(MOST_PRUNED), 0, 999_999_999);
  if (!most.ok) return most;
  if (protect?.includes("")) {
    return err(problem("usage", "--protect: the glob is empty", "write a glob such as team-*"));
  }
  const globs = (protect ?? []).map((glob) => glob.normalize("NFC"));
  const by = prune ? "delete" : "disable";
  return ok({ by, most: most.value, used: pruneUsed ?? false, protect: globs });
}

/** `--prune` acts in the scope of a file, so without one it would silently do nothing. */
export function checkScopes(
  { prune }: { readonly prune?: PruneOptions },
  { scopes }: Desired,
): Result<undefined, Diagnostic> {
  if (prune === undefined || scopes.length > 0) return ok(undefined);
  const flag = prune.by === "delete" ? "--prune" : "--prune-disable";
  const fix = 'add a line such as scope: "team-*" to the file whose keys are complete';
  return err(problem("usage", `${flag}: no file has a scope, so nothing could be pruned`, fix));
}
