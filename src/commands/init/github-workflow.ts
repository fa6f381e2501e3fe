/** Where GitHub looks for workflows, from the root of the repository. */
export const GITHUB_WORKFLOW_FILE = ".github/workflows/cometkeys.yml";

export interface PipelineOptions {
  /** The keys file from the root of the repository, of plain characters only. */
  readonly file: string;
  /** The exact version of this program to run. */
  readonly version: string;
}

/**
 * The workflow for GitHub Actions. Nothing that others can write (titles, branch names) gets into a
 * `run` line, and the token is in the environment of the one step that needs it.
 */
export function githubWorkflow({ file, version }: PipelineOptions): string {
  const cometkeys = `npx --yes cometkeys@${version}`;
  return `# Keeps the API keys equal to ${file}. Written once by \`cometkeys init --github\`; it is yours.
#
#   pull request      validate (also from forks: needs no secret), plan with one comment
#   merge             apply what that comment showed, or refuse (exit code 7) and say why
#   run by hand       plan anew, then apply that plan: for a merge that was refused
#   every night       drift: fails when the account and the file differ
#
# It needs one secret, COMETAPI_ACCESS_TOKEN: a personal access token. Another server than
# CometAPI's goes into the variable COMETAPI_BASE_URL, and where that server wants it, the account's
# user id into the variable COMETAPI_USER_ID.
name: cometkeys

on:
  pull_request:
    paths: [${file}, ${GITHUB_WORKFLOW_FILE}]
  push:
    # Only the default branch is applied, whatever its name; see the job "apply".
    branches: ["**"]
    paths: [${file}]
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:

# Each job asks for what it needs.
permissions: {}

# One run at a time for this file, kind of event and branch, runs by hand counted as merges; a run
# that has begun is never cancelled, so an apply always ends. Of several that wait, the newest is
# kept: it has the newest file.
concurrency:
  group: cometkeys-${file}-\${{ github.event_name == 'workflow_dispatch' && 'push' || github.event_name }}-\${{ github.ref }}
  cancel-in-progress: false

jobs:
  validate:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${SETUP}
      - run: ${cometkeys} validate -f ${file}

  # Pull requests from forks and from Dependabot get no secrets, so there is nothing to plan with.
  # Never change the trigger to pull_request_target: that would hand the token to strangers' changes.
  plan:
    needs: validate
    if: >-
      github.event.pull_request.head.repo.full_name == github.repository &&
      github.actor != 'dependabot[bot]'
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: read
      pull-requests: write # for the one comment
    steps:
${SETUP}
      - run: ${cometkeys} plan -f ${file} --comment
        env:
          COMETAPI_ACCESS_TOKEN: \${{ secrets.COMETAPI_ACCESS_TOKEN }}
          COMETAPI_BASE_URL: \${{ vars.COMETAPI_BASE_URL }}
          COMETAPI_USER_ID: \${{ vars.COMETAPI_USER_ID }}
          GITHUB_TOKEN: \${{ github.token }}

  # The account may have moved since the pull request, so the plan is made again. It has to be the one
  # in the pull request's comment (or have nothing left to do); otherwise nothing is changed, the job
  # ends with exit code 7, and a run by hand (workflow_dispatch) goes on from there. Who may write to
  # the repository may edit a comment: this guards against drift and is no signature. Give the
  # environment "production" required reviewers, and every apply waits for them.
  apply:
    if: github.event_name == 'push' && github.ref_name == github.event.repository.default_branch
    runs-on: ubuntu-latest
    timeout-minutes: 30
    environment: production
    permissions:
      contents: read
      pull-requests: read # for the comment
    steps:
${SETUP}
      - run: ${cometkeys} apply -f ${file} --expect-comment
        env:
          COMETAPI_ACCESS_TOKEN: \${{ secrets.COMETAPI_ACCESS_TOKEN }}
          COMETAPI_BASE_URL: \${{ vars.COMETAPI_BASE_URL }}
          COMETAPI_USER_ID: \${{ vars.COMETAPI_USER_ID }}
          GITHUB_TOKEN: \${{ github.token }}

  # By hand: the plan of this moment is in the job summary, and its digest goes to the next job.
  review:
    if: >-
      github.event_name == 'workflow_dispatch' &&
      github.ref_name == github.event.repository.default_branch
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: read
    outputs:
      has_changes: \${{ steps.plan.outputs.has_changes }}
      digest: \${{ steps.plan.outputs.digest }}
    steps:
${SETUP}
      - id: plan
        run: ${cometkeys} plan -f ${file}
        env:
          COMETAPI_ACCESS_TOKEN: \${{ secrets.COMETAPI_ACCESS_TOKEN }}
          COMETAPI_BASE_URL: \${{ vars.COMETAPI_BASE_URL }}
          COMETAPI_USER_ID: \${{ vars.COMETAPI_USER_ID }}

  # Waits for the reviewers of the environment. What they saw is what is applied: with --expect, a
  # plan that has become another one changes nothing and ends with exit code 7. (Where nobody is to be
  # asked, \`apply --auto-approve\` takes any plan; a file saved by \`plan --out FILE\` can be applied
  # with \`apply FILE\`.)
  apply-reviewed:
    needs: review
    if: needs.review.outputs.has_changes == 'true'
    runs-on: ubuntu-latest
    timeout-minutes: 30
    environment: production
    permissions:
      contents: read
    steps:
${SETUP}
      - run: ${cometkeys} apply -f ${file} --expect "$DIGEST"
        env:
          DIGEST: \${{ needs.review.outputs.digest }}
          COMETAPI_ACCESS_TOKEN: \${{ secrets.COMETAPI_ACCESS_TOKEN }}
          COMETAPI_BASE_URL: \${{ vars.COMETAPI_BASE_URL }}
          COMETAPI_USER_ID: \${{ vars.COMETAPI_USER_ID }}

  drift:
    if: github.event_name == 'schedule'
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: read
    steps:
${SETUP}
      - run: ${cometkeys} drift -f ${file} --fail-on-expiring 14d
        env:
          COMETAPI_ACCESS_TOKEN: \${{ secrets.COMETAPI_ACCESS_TOKEN }}
          COMETAPI_BASE_URL: \${{ vars.COMETAPI_BASE_URL }}
          COMETAPI_USER_ID: \${{ vars.COMETAPI_USER_ID }}
`;
}

/** Actions are pinned by commit: a tag can be moved to other code, a commit cannot. */
const SETUP = `      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0
        with:
          node-version: 24
          package-manager-cache: false`;
