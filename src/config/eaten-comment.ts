import { headOf, type LocatedScalar } from "./located.ts";
import type { Report } from "./problem.ts";

/**
 * Warns of a comment that reads like part of an unquoted name or model id: in `name: ci #1` the
 * name is `ci`, and nothing else would tell. With a space after the `#` it is meant as a comment.
 */
export function eatenComment(node: LocatedScalar, text: string, report: Report): void {
  if (!node.plain || !/^[ \t]+#\S/.test(text.slice(node.range.end, node.range.end + 200))) return;
  report({
    severity: "warning",
    code: "yaml-comment-eaten",
    range: headOf(node),
    message: `what follows # is a comment; the value is "${node.source}"`,
    fix: "put the value in quotes, or move the comment to a line of its own",
  });
}
