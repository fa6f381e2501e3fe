import { loadDesired } from "../config/load-desired.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Desired } from "../model/key.ts";
import { problem } from "./problem.ts";
import { readSources } from "./read-sources.ts";

export const DEFAULT_FILES: readonly string[] = ["keys.yaml"];

export interface LoadedFiles {
  /** Only when there is no error. */
  readonly desired?: Desired;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks the files; every problem in all of them is reported in one run. */
export async function loadFiles(
  paths: readonly string[] = DEFAULT_FILES,
  userId?: number,
): Promise<LoadedFiles> {
  const { sources, diagnostics: unread } = await readSources(paths);
  const { desired, diagnostics: found } = loadDesired(sources);
  const diagnostics = [...unread, ...found];
  if (desired === undefined || unread.length > 0) return { diagnostics };
  const pin = desired.account;
  if (pin !== undefined && userId !== undefined && pin.userId !== userId) {
    const message = `COMETAPI_USER_ID is ${userId}, but the file is for account ${pin.userId} (account.user_id)`;
    const differ = problem("account-disagrees", message, "correct the one that is wrong");
    return { diagnostics: [...diagnostics, { ...differ, at: pin.at }] };
  }
  return { desired, diagnostics };
}
