import { ok, type Result } from "../model/result.ts";
import { no, type GitHubProblem } from "./context.ts";
import { partsOf, reviewedComment, type ReviewedRequest } from "./reviewed-comment.ts";

/** What was reviewed: the digest (`sha256:` and 64 hexadecimal digits), and its changes' hashes. */
interface ReviewedDigest {
  readonly digest: string;
  /** Absent where there were too many for a comment. */
  readonly hashes?: readonly string[];
}

/**
 * The digest that stands in our own comment. Whoever may write to the repository may edit that comment, so it
 * tells what was shown, and is no signature. Only reads; never rejects.
 */
export async function reviewedDigest(
  request: ReviewedRequest,
): Promise<Result<ReviewedDigest, GitHubProblem>> {
  const found = await reviewedComment(request, "read");
  if (!found.ok) return found;
  const parts = partsOf(found.value.comment.body);
  if (parts === undefined) {
    return no(
      `the comment on pull request ${found.value.pull} ends without a digest: no plan was made there`,
    );
  }
  const { digest, hashes } = parts;
  return ok(hashes === undefined ? { digest } : { digest, hashes: hashes.map(inFull) });
}

/** In the comment a hash is written in fewer characters, so that those of a whole account fit. */
function inFull(hash: string): string {
  return Buffer.from(hash, "base64url").toString("hex");
}
