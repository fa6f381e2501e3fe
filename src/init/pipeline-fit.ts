import { problem, type Diagnostic } from "../model/diagnostic.ts";

interface Asked {
  /** As it was given, and from the root of the repository with `/`. */
  readonly file: string;
  readonly fromRoot: string;
  readonly action: string | undefined;
}

/** Why no pipeline can be written that would work, if so. */
export function unfitForPipeline({ file, fromRoot, action }: Asked): Diagnostic | undefined {
  // By a commit: a tag can be moved to other code.
  if (action !== undefined && !/^[A-Za-z\d][\w-]*\/[\w.-]+@[0-9a-f]{40}$/.test(action)) {
    return problem(
      "usage",
      `--action ${action}: not OWNER/REPO@COMMIT`,
      "name the commit of a tag action-vX.Y.Z: git ls-remote https://github.com/OWNER/REPO 'action-v*'",
    );
  }
  const fix =
    "run init in the root of the repository and name a plain path, such as keys.yaml; for a folder of files, replace that path in the workflow";
  // The path goes into a shell line and into a filter of paths, where other characters have meanings. With its
  // ending, YAML takes it for a text, and it is none of the files that the jobs for GitLab write.
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_./-]*\.ya?ml$/.test(fromRoot) || fromRoot.startsWith("../")) {
    const message = `--file ${file}: a workflow needs a path inside this folder of letters, digits and . _ - / that ends in .yaml or .yml`;
    return problem("usage", message, fix);
  }
  // Git keeps what is in its own folder, on some systems in any letter case.
  return fromRoot.toLowerCase().split("/").includes(".git")
    ? problem("usage", `--file ${file}: a pipeline cannot have its keys there`, fix)
    : undefined;
}
