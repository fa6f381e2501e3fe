import type { PipelineOptions } from "./github-workflow.ts";

/** A file to include: a project has one pipeline, and it may have one already. */
export const GITLAB_PIPELINE_FILE = ".gitlab-ci.cometkeys.yml";

/** The jobs for GitLab CI/CD; without `stages`, which belong to the pipeline that includes them. */
export function gitlabPipeline({ file, version }: PipelineOptions): string {
  const cometkeys = `npx --yes cometkeys@${version}`;
  return `# Keeps the API keys equal to ${file}. Written once by \`cometkeys init --gitlab\`; it is yours.
# Include it in .gitlab-ci.yml:
#
#   include:
#     - local: ${GITLAB_PIPELINE_FILE}
#
#   merge request     validate (also from forks: needs no secret), plan with counts in the widget
#   merge             plan again, then apply exactly that plan
#   schedule          drift: fails when the account and the file differ
#
# It needs one masked variable, COMETAPI_ACCESS_TOKEN: a personal access token. Another server than
# CometAPI's goes into COMETAPI_BASE_URL, and where that server wants it, the account's user id into
# COMETAPI_USER_ID.

.cometkeys:
  image: node:24-slim
  # A stage of the including pipeline; "test" is there unless it names stages of its own.
  stage: test
  needs: []

cometkeys validate:
  extends: .cometkeys
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: [${file}]
  script:
    - ${cometkeys} validate -f ${file}

# A merge request from a fork gets no variables of this project, so there is nothing to plan with.
cometkeys plan:
  extends: .cometkeys
  needs: [cometkeys validate]
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID
      changes: [${file}]
  script:
    - ${cometkeys} plan -f ${file}
    - ${cometkeys} plan -f ${file} --quiet --format gitlab > cometkeys-report.json
  artifacts:
    access: developer
    expire_in: 1 week
    reports:
      terraform: cometkeys-report.json

# What was merged is planned anew: the account may have moved since the merge request. The saved plan
# holds no secret.
cometkeys review:
  extends: .cometkeys
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      changes: [${file}]
  script:
    - ${cometkeys} plan -f ${file} --out cometkeys-plan.json
  artifacts:
    access: developer
    expire_in: 1 week
    paths: [cometkeys-plan.json]

# Protect the environment "production" with approvals, and this job waits for them. What was seen is
# what is applied: a change that is not in the saved plan ends with exit code 7 before any write.
# (\`apply --auto-approve\` takes any plan, \`apply --expect DIGEST\` the one with that digest.)
cometkeys apply:
  extends: .cometkeys
  needs: [cometkeys review]
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      changes: [${file}]
  environment: production
  # One apply at a time for this file and environment, and a newer pipeline never cancels it.
  resource_group: cometkeys-${file}-production
  interruptible: false
  script:
    - ${cometkeys} apply cometkeys-plan.json

# Runs in pipelines of a schedule that sets the variable COMETKEYS_DRIFT, once a night for instance.
cometkeys drift:
  extends: .cometkeys
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $COMETKEYS_DRIFT
  script:
    - ${cometkeys} drift -f ${file} --fail-on-expiring 14d
`;
}
