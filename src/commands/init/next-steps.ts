import { GITLAB_PIPELINE_FILE } from "./gitlab-pipeline.ts";
import type { TargetFlags } from "./init-targets.ts";

/** What is left for a person to do, a line each. */
export function nextSteps({ file, github, gitlab }: TargetFlags): readonly string[] {
  const option = file === undefined ? "" : ` -f ${file}`;
  const steps = [`check the file: cometkeys plan${option}`];
  if (github) {
    steps.push(
      "on GitHub, add the secret COMETAPI_ACCESS_TOKEN, and required reviewers to the environment production if an apply is to wait for them",
    );
  }
  if (gitlab) {
    steps.push(
      `on GitLab, include ${GITLAB_PIPELINE_FILE}, add the masked variable COMETAPI_ACCESS_TOKEN and a nightly schedule with COMETKEYS_DRIFT=1`,
    );
  }
  // A merge applies only what a pull request showed.
  steps.push(github ? "commit what was written, in a pull request" : "commit what was written");
  return ["Next:", ...steps.map((step, index) => `  ${index + 1}. ${step}`)];
}
