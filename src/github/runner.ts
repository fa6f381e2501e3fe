import { constants, open, type FileHandle } from "node:fs/promises";
import { ok, type Result } from "../model/result.ts";
import type { Secret } from "../model/secret.ts";
import { no, type GitHubProblem } from "./context.ts";
import { fitMarkdown } from "./fit-markdown.ts";

/**
 * The workflow command, without a line end, after which the runner shows `***` for this value in
 * the log. It is the one text that holds a secret on purpose: the runner reads it from the step's
 * output and does not show it. So it goes on a line of its own to the raw stream, past the redactor
 * (which would cut the value out and leave nothing to mask), before the value's first use, and only
 * where `GITHUB_ACTIONS` is `true`: nobody else swallows it.
 */
export function maskCommand(secret: Secret): string {
  const value = secret.reveal().replaceAll("%", "%25");
  return `::add-mask::${value.replaceAll("\r", "%0D").replaceAll("\n", "%0A")}`;
}

/** Opening a pipe that nobody reads would wait for its reader, beyond any deadline. */
const APPENDING =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** GitHub drops the whole summary of a step when its file reaches this size. */
const MAX_SUMMARY_BYTES = 1024 * 1024 - 1;

const CUT_NOTE =
  "*Cut here: a job summary may hold less than 1 MiB. The whole text is in the log of this step.*";

/**
 * Adds Markdown to the job summary at `path` (`GITHUB_STEP_SUMMARY`). What the file already holds
 * counts towards the limit; what does not fit is cut at a line, and the last line says so.
 */
export async function appendSummary(
  path: string,
  markdown: string,
): Promise<Result<{ readonly cut: boolean }, GitHubProblem>> {
  try {
    const file = await open(path, APPENDING);
    try {
      const { size } = await file.stat();
      // Other programs write to this file too; ours begins a paragraph of its own.
      const gap = size === 0 ? "" : "\n\n";
      const text = markdown.endsWith("\n") ? markdown : `${markdown}\n`;
      const fitting = fitMarkdown(text, MAX_SUMMARY_BYTES - size - gap.length, CUT_NOTE);
      if (fitting === undefined) return no("the job summary is full: it may hold 1 MiB");
      // A reviewer would take a part of a plan for all of it.
      await appendWhole(file, gap + fitting);
      return ok({ cut: fitting !== text });
    } finally {
      await file.close();
    }
  } catch (error) {
    return unwritable("GITHUB_STEP_SUMMARY", error);
  }
}

/**
 * Adds outputs of the step to the file at `path` (`GITHUB_OUTPUT`). All or nothing: a name that
 * could be read as something else refuses the lot.
 */
export async function appendOutputs(
  path: string,
  values: Readonly<Record<string, string | number | boolean>>,
): Promise<Result<undefined, GitHubProblem>> {
  const entries = Object.entries(values);
  const odd = entries.find(([name]) => !/^[A-Za-z_][\w-]*$/.test(name));
  if (odd !== undefined) return no(`${JSON.stringify(odd[0])} cannot name an output`);
  try {
    const file = await open(path, APPENDING);
    try {
      const text = entries.map(([name, value]) => entryOf(name, String(value))).join("");
      // Half of it would be read as another value.
      await appendWhole(file, text);
    } finally {
      await file.close();
    }
    return ok(undefined);
  } catch (error) {
    return unwritable("GITHUB_OUTPUT", error);
  }
}

/** All of it or nothing. */
async function appendWhole(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat();
  await file.appendFile(text).catch(async (error: unknown) => {
    await file.truncate(size).catch(() => {});
    throw error;
  });
}

function entryOf(name: string, value: string): string {
  if (!/[\r\n]/.test(value)) return `${name}=${value}\n`;
  const delimiter = delimiterFor(value);
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** A line that ends the value must not be in it; the same value always gets the same one. */
function delimiterFor(value: string): string {
  for (let number = 0; ; number += 1) {
    const delimiter = `END_OF_VALUE_${number}`;
    if (!value.includes(delimiter)) return delimiter;
  }
}

/** The system's reason for a failed write, in words of ours, without the text to be written. */
function unwritable(variable: string, error: unknown): Result<never, GitHubProblem> {
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return no(`the file in ${variable} cannot be written${code}`);
}
