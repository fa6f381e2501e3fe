import { open } from "node:fs/promises";
import { err, ok, type Result } from "../model/result.ts";
import { unwritableFile, type FileProblem } from "./file-problem.ts";
import { fitMarkdown } from "./fit-markdown.ts";

/** GitHub drops the whole summary of a step when its file reaches this size. */
const MAX_FILE_BYTES = 1024 * 1024 - 1;

const NOTE =
  "*Cut here: a job summary may hold less than 1 MiB. The whole text is in the log of this step.*";

/**
 * Adds Markdown to the job summary at `path` (`GITHUB_STEP_SUMMARY`). What the file already holds
 * counts towards the limit; what does not fit is cut at a line, and the last line says so.
 */
export async function appendSummary(
  path: string,
  markdown: string,
): Promise<Result<{ readonly cut: boolean }, FileProblem>> {
  try {
    const file = await open(path, "a");
    try {
      const { size } = await file.stat();
      // Other programs write to this file too; ours begins a paragraph of its own.
      const gap = size === 0 ? "" : "\n\n";
      const text = markdown.endsWith("\n") ? markdown : `${markdown}\n`;
      const fitting = fitMarkdown(text, MAX_FILE_BYTES - size - gap.length, NOTE);
      if (fitting === undefined) {
        return err({ kind: "full", message: "the job summary is full: it may hold 1 MiB" });
      }
      await file.appendFile(gap + fitting);
      return ok({ cut: fitting !== text });
    } finally {
      await file.close();
    }
  } catch (error) {
    return err(unwritableFile("GITHUB_STEP_SUMMARY", error));
  }
}
