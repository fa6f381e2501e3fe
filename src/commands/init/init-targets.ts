import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import keysSchema from "../../../schemas/keys.schema.json" with { type: "json" };
import type { Diagnostic } from "../../model/diagnostic.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { document } from "../../render/json.ts";
import { problem } from "../problem.ts";
import { SCHEMA_FILE } from "./editor-line.ts";
import { GITHUB_WORKFLOW_FILE, githubWorkflow } from "./github-workflow.ts";
import { GITLAB_PIPELINE_FILE, gitlabPipeline } from "./gitlab-pipeline.ts";
import type { TargetFile } from "./target-file.ts";

export interface TargetFlags {
  readonly file?: string;
  readonly github?: boolean;
  readonly gitlab?: boolean;
}

export interface InitTargets {
  readonly keysFile: string;
  /** The other files to write. The schema is none of them where the same one is there already. */
  readonly others: readonly TargetFile[];
}

export async function initTargets(
  { file = "keys.yaml", github = false, gitlab = false }: TargetFlags,
  version: string,
): Promise<Result<InitTargets, Diagnostic>> {
  const schema = { path: join(dirname(file), SCHEMA_FILE), text: document(keysSchema) };
  const known = await isThere(schema);
  const others = known ? [] : [schema];
  if (!github && !gitlab) return ok({ keysFile: file, others });

  // The path goes into a shell line and into a filter of paths, where other characters have meanings.
  const fromRoot = relative(".", resolve(file)).split(sep).join("/");
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_./-]*$/.test(fromRoot) || fromRoot.startsWith("../")) {
    return err(
      problem(
        "usage",
        `--file ${file}: a workflow needs a path inside this folder of letters, digits and . _ - /`,
        "run init in the root of the repository and name a plain path, such as keys.yaml",
      ),
    );
  }
  const options = { file: fromRoot, version };
  const workflow = { path: GITHUB_WORKFLOW_FILE, text: githubWorkflow(options) };
  const pipeline = { path: GITLAB_PIPELINE_FILE, text: gitlabPipeline(options) };
  return ok({
    keysFile: file,
    others: [...others, ...(github ? [workflow] : []), ...(gitlab ? [pipeline] : [])],
  });
}

/** The very same file is there: a second keys file in a folder shares its schema. */
async function isThere({ path, text }: TargetFile): Promise<boolean> {
  try {
    return (await readFile(path, "utf8")) === text;
  } catch {
    return false;
  }
}
