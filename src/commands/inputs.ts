import type { Diagnostic } from "../model/diagnostic.ts";
import type { Desired } from "../model/key.ts";
import type { Io } from "./io.ts";
import { DEFAULT_FILES, loadFiles } from "./load-files.ts";
import { checkOnly, readShape, type PlanFlags } from "./plan-flags.ts";
import type { PlanShape } from "./prepare-plan.ts";
import { readAccess, type Access } from "./session.ts";

/** Everything a plan is made from, but the server's answer. */
export interface Inputs {
  readonly shape: PlanShape;
  readonly access: Access;
  readonly desired: Desired;
  /** The files and folders as given with `-f`. */
  readonly paths: readonly string[];
}

export interface ReadInputs {
  /** Only when no error stands in the way. */
  readonly inputs?: Inputs;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads flags, environment and files, and reports all of their problems together. */
export async function readInputs(flags: PlanFlags, io: Io): Promise<ReadInputs> {
  const shape = readShape(flags);
  const access = await readAccess(flags, io);
  const paths = flags.file ?? DEFAULT_FILES;
  const files = await loadFiles(paths, access.ok ? access.value.userId : undefined);
  const { desired } = files;
  const only = shape.ok && desired !== undefined ? checkOnly(shape.value, desired) : undefined;
  const diagnostics = [
    ...(shape.ok ? [] : [shape.error]),
    ...(access.ok ? [] : access.error),
    ...files.diagnostics,
    ...(only?.ok === false ? [only.error] : []),
  ];
  if (!shape.ok || !access.ok || desired === undefined || only?.ok === false) {
    return { diagnostics };
  }
  return { inputs: { shape: shape.value, access: access.value, desired, paths }, diagnostics };
}
