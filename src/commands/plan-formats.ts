import { renderPlanGithub } from "../render/github.ts";
import { renderPlanJson } from "../render/json.ts";
import { renderPlanGitlab } from "../render/gitlab.ts";
import { renderPlanMarkdown } from "../render/markdown.ts";
import { renderPlanText } from "../render/text.ts";
import type { Redactor } from "../render/redact.ts";
import type { PlanRun } from "./make-plan.ts";

export const PLAN_FORMATS = ["text", "json", "markdown", "github", "gitlab"] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** The result of `plan` or `drift` in a format; text has none when there is no plan. */
export function renderPlan(
  format: PlanFormat,
  { plan, diagnostics }: PlanRun,
  heading: string,
  { clean }: Redactor,
): string | undefined {
  switch (format) {
    case "text":
      return plan && renderPlanText(plan);
    case "json":
      return renderPlanJson(plan, diagnostics);
    case "markdown":
      return renderPlanMarkdown(plan, diagnostics, { heading, clean });
    case "github":
      return renderPlanGithub(plan, diagnostics);
    case "gitlab":
      return renderPlanGitlab(plan);
  }
}
