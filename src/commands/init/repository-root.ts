import { lstat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { problem } from "../problem.ts";
import type { TargetFlags } from "./init-targets.ts";

/**
 * A warning when a pipeline was written into a subfolder of a git repository: GitHub and GitLab
 * look for it, and run it, in the root only.
 */
export async function outsideRoot({ github, gitlab }: TargetFlags): Promise<readonly Diagnostic[]> {
  if (github !== true && gitlab !== true) return [];
  const here = resolve(".");
  const root = await rootOf(here);
  if (root === undefined || root === here) return [];
  const above = relative(here, root);
  const facts = [
    ...(github ? ["GitHub reads workflows only there"] : []),
    ...(gitlab ? ["GitLab takes included paths from there"] : []),
  ];
  const message = `this folder is not the root of its git repository, which is ${above}: ${facts.join(", and ")}`;
  const fix = `run init in ${above} and name the keys file with --file`;
  return [{ ...problem("usage", message, fix), severity: "warning" }];
}

/** The nearest folder with a `.git`, which is a file in a worktree or a submodule. */
async function rootOf(folder: string): Promise<string | undefined> {
  try {
    await lstat(join(folder, ".git"));
    return folder;
  } catch {
    const above = dirname(folder);
    return above === folder ? undefined : rootOf(above);
  }
}
