import { parse } from "yaml";
import { object } from "./published-schema.ts";

/** One shell of a job: its text, and the variables its pipeline gives to it. */
export interface PipelineScript {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

const EXPRESSION = /\$\{\{ *(.*?) *\}\}/g;

/**
 * The `run` steps of a job of a GitHub workflow, in their order.
 *
 * @param values What its expressions stand for; one that is not named is empty.
 */
export function githubScripts(
  workflow: string,
  job: string,
  values: Readonly<Record<string, string>>,
): readonly PipelineScript[] {
  const fill = (text: unknown): string =>
    String(text).replaceAll(EXPRESSION, (_, expression: string) => values[expression] ?? "");
  const { steps, env = {} } = object(object(object(parse(workflow))["jobs"])[job]);
  return list(steps)
    .map(object)
    .filter(({ run }) => run !== undefined)
    .map((step) => {
      const given = Object.entries({ ...object(env), ...object(step["env"] ?? {}) });
      const filled = given.map(([name, value]) => [name, fill(value)]);
      return { script: fill(step["run"]), env: Object.fromEntries(filled) };
    });
}

/** The one shell of a job of a GitLab pipeline, which has all variables of the project from its start. */
export function gitlabScripts(
  pipeline: string,
  job: string,
  variables: Readonly<Record<string, string>>,
): readonly PipelineScript[] {
  const jobs = object(parse(pipeline));
  const own = object(jobs[job]);
  const base = typeof own["extends"] === "string" ? object(jobs[own["extends"]]) : {};
  const { before_script: before = [], script } = { ...base, ...own };
  return [{ script: [...list(before), ...list(script)].join("\n"), env: variables }];
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}
