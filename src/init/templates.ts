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
export function githubWorkflow(options: PipelineOptions): string {
  return fill(GITHUB_WORKFLOW, options);
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
