import type { Plan } from "../model/plan.ts";

/**
 * The counts GitLab shows on a merge request (`artifacts: reports: terraform`). A run that made no
 * plan reports zeros, because the report has no way to say why.
 */
export function renderPlanGitlab(plan: Plan | undefined): string {
  const { create, update, delete: remove } = plan?.summary ?? { create: 0, update: 0, delete: 0 };
  return `${JSON.stringify({ create, update, delete: remove })}\n`;
}
