import { readFile } from "node:fs/promises";
import { readGitHubContext } from "../github/context.ts";
import { commentMarker } from "../github/find-comment.ts";
import { reviewedDigest } from "../github/reviewed-digest.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { Io } from "./io.ts";
import { DEFAULT_FILES } from "./load-files.ts";
import type { ApplyFlags } from "./plan-flags.ts";
import { problem } from "./problem.ts";
import type { Review } from "./review.ts";

const AGAIN =
  "run the workflow by hand, where the plan is reviewed anew, or apply with --expect DIGEST";

/**
 * `--expect-comment`: what was reviewed is what the comment of `plan --comment` showed on the pull
 * request that was merged. When that cannot be told, nothing was reviewed.
 */
export async function reviewInComment(
  flags: ApplyFlags,
  io: Io,
): Promise<Result<Review, Diagnostic>> {
  const context = await readGitHubContext(io.env, (path) => readFile(path, "utf8"));
  if (context === undefined) {
    const message = "--expect-comment works in GitHub Actions only";
    return err(problem("usage", message, "apply with --expect DIGEST, or with a saved plan"));
  }
  if (context.token !== undefined) io.redactor.add(context.token.reveal());
  const marker = commentMarker(flags.file ?? DEFAULT_FILES, flags.environment);
  const digest = await reviewedDigest({ context, marker, fetch: io.fetch });
  if (digest.ok) return ok({ kind: "digest", digest: digest.value, again: AGAIN });
  const message = `what was reviewed cannot be told: ${digest.error.message}`;
  return err(problem("not-as-reviewed", message, AGAIN));
}
