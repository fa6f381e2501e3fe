/** Why there is no comment, or none to read. The message is one sentence for the user and never holds a token. */
export interface CommentProblem {
  readonly kind:
    | "no-pull-request"
    | "several-pull-requests"
    | "no-commit"
    | "no-comment"
    | "no-plan"
    | "no-token"
    | "no-repository"
    | "api-url"
    | "fork"
    | "no-permission"
    | "refused"
    | "rate-limit"
    | "redirect"
    | "unreachable"
    | "server-error"
    | "unexpected-answer"
    | "too-many-comments"
    | "too-long"
    | "unclear";
  readonly message: string;
}

export function commentProblem(kind: CommentProblem["kind"], message: string): CommentProblem {
  return { kind, message };
}
