import GITHUB_INSTALL from "./templates/github-install.yml?raw";
import GITHUB_WORKFLOW from "./templates/github-workflow.yml?raw";
import GITLAB_PIPELINE from "./templates/gitlab-pipeline.yml?raw";
import STARTER_FILE from "./templates/keys.yaml?raw";
import STARTER_POLICY from "./templates/policy.yaml?raw";

/** A keys file that declares nothing yet, with an example to take from. */
export { STARTER_FILE };

/** A policy of three rules, to be made one's own. */
export { STARTER_POLICY };

/** Beside the pipelines, which name it by this path. */
export const POLICY_FILE = "policy.yaml";

/** The file of the schema, beside the keys file, so that the editor needs no network. */
export const SCHEMA_FILE = "keys.schema.json";

/** The comment, without `#`, by which editors find the schema; it has to be the first line. */
export const EDITOR_LINE = `yaml-language-server: $schema=./${SCHEMA_FILE}`;

/** Where GitHub looks for workflows, from the root of the repository. */
export const GITHUB_WORKFLOW_FILE = ".github/workflows/cometkeys.yml";

/** A file to include: a project has one pipeline, and it may have one already. */
export const GITLAB_PIPELINE_FILE = ".gitlab-ci.cometkeys.yml";

export interface PipelineOptions {
  /** The keys file from the root of the repository, of plain characters only. */
  readonly file: string;
  /** The exact version of this program to run. */
  readonly version: string;
  /** Hold the keys against `POLICY_FILE`. */
  readonly policy?: boolean;
}

/**
 * The workflow for GitHub Actions. Nothing that others can write (titles, branch names) gets into a
 * `run` line, the token is in the environment of the one step that needs it, and actions are pinned
 * by commit: a tag can be moved to other code, a commit cannot.
 */
export function githubWorkflow({ action, ...options }: WorkflowOptions): string {
  const byAction = action !== undefined;
  const workflow = GITHUB_WORKFLOW.replace("# __HOW__\n", byAction ? USED : INSTALLED)
    .replace("__ACTION__", byAction ? " --action" : "")
    .replaceAll("      # __INSTALL__\n", byAction ? "" : GITHUB_INSTALL);
  const filled = fill(workflow, options);
  if (!byAction) return filled.replaceAll("run: cometkeys ", `run: ${PROGRAM} `);
  return filled
    .replaceAll(/ +DIGEST: .*\n/g, "")
    .replaceAll(
      /^( *(?:- )?)run: cometkeys (\w+)(.*)$/gm,
      (_all, start: string, command: string, flags: string) => {
        const under = " ".repeat(start.length);
        const lines = [`uses: ${action}`, "with:", `  command: ${command}`, ...inputsOf(flags)];
        return start + lines.join(`\n${under}`);
      },
    );
}

interface WorkflowOptions extends PipelineOptions {
  /** Our action with the commit of a release (`OWNER/REPO@COMMIT`), instead of the npm package. */
  readonly action?: string;
}

const PROGRAM = 'node "$RUNNER_TEMP/cometkeys/node_modules/.bin/cometkeys"';

const INSTALLED = `\
# Every job installs cometkeys before the checkout, outside of it and without a secret, and runs it by
# its path: neither npm nor node takes settings or code from the repository, where a pull request could
# put them beside the token. (Nor from a lock file, which would come from there: the exact version has
# no dependencies.)
`;

const USED = `\
# The runner gets the action before the checkout, by its commit and outside of it. It installs nothing
# and takes neither settings nor code from the repository, where a pull request could put them beside the
# token.
`;

/** The inputs of the action for what the template's commands are given. */
const INPUTS: Readonly<Record<string, string>> = {
  "-f": "files: ",
  "--policy": "policies: ",
  "--comment": "comment: true",
  "--expect-comment": "require-reviewed-plan: true",
  "--expect": "digest: ${{ needs.review.outputs.digest }}",
  "--fail-on-expiring": "args: --fail-on-expiring=",
};

function inputsOf(flags: string): readonly string[] {
  const given = flags.matchAll(/ (-[-\w]+)(?: ([\w.][^ ]*))?/g);
  return [...given].map(([, flag = "", value = ""]) => {
    const input = INPUTS[flag];
    if (input === undefined) throw new Error(`the action has no input for ${flag}`);
    return `  ${input}${value}`;
  });
}

/** The jobs for GitLab CI/CD; without `stages`, which belong to the pipeline that includes them. */
export function gitlabPipeline(options: PipelineOptions): string {
  return fill(GITLAB_PIPELINE, options);
}

function fill(template: string, { file, version, policy = false }: PipelineOptions): string {
  const values = {
    POLICY: policy ? ` --policy ${POLICY_FILE}` : "",
    FILES: policy ? `${file}, ${POLICY_FILE}` : file,
    FILE: file,
    VERSION: version,
  } as const;
  // In one pass: a file may have the name of one of these.
  return template.replaceAll(
    /__(POLICY|FILES|FILE|VERSION)__/g,
    (_all, name: keyof typeof values) => values[name],
  );
}
