import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { JsonObject } from "../../src/model/json.ts";
import type { Job } from "./actions.ts";
import { object } from "./published-schema.ts";
import { runProgram, type CliRun } from "./run-cli.ts";
import { accessTo, type Testbed } from "./testbed.ts";

/** What `action.yml` in a folder says. */
export function actionIn(folder: string): JsonObject {
  return object(parse(readFileSync(join(folder, "action.yml"), "utf8")));
}

/** Runs the action of a folder as GitHub's runner does: every input in the environment, by its name in capitals. */
export function useAction(
  folder: string,
  at: Testbed,
  job: Job,
  inputs: Readonly<Record<string, string>>,
): Promise<CliRun> {
  const action = actionIn(folder);
  const values = Object.entries(object(action["inputs"])).map(([name, input]) => {
    const { default: unset = "" } = object(input);
    return [`INPUT_${name.toUpperCase()}`, inputs[name] ?? String(unset)] as const;
  });
  const main = resolve(folder, String(object(action["runs"])["main"]));
  return runProgram(process.execPath, [main], {
    cwd: at.folder,
    env: { ...accessTo(at.sandbox), ...job.env, ...Object.fromEntries(values) },
  });
}
