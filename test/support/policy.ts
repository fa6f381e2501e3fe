import { createSizeCheck } from "../../src/config/file-size.ts";
import { loadDesired, MAX_PROBLEMS, toDiagnostics } from "../../src/config/load-desired.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import { err } from "../../src/model/result.ts";
import type { Limited } from "../../src/policy/limited.ts";
import { loadPolicy, type Policy } from "../../src/policy/load-policy.ts";
import { violationsOf } from "../../src/policy/violations.ts";
import { NOW } from "./testbed.ts";

const unlimited: Limited = (work) => work();

/** Reads the text of a policy, or gives what is told of its faults. */
export function readPolicy(text: string, file = "policy.yaml", limited = unlimited) {
  const read = loadPolicy({ file, text }, createSizeCheck(), limited);
  return read.ok ? read : err(toDiagnostics([read.error], MAX_PROBLEMS));
}

/** Reads the text of a policy that is in order. */
export function policyOf(text: string): Policy {
  const read = readPolicy(text);
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join("\n"));
  return read.value;
}

export interface Given {
  readonly policies: readonly string[];
  /** The files of keys, in order. */
  readonly files: readonly string[];
  /** The keys are not live yet. */
  readonly isNew?: boolean;
  readonly limited?: Limited;
}

/** What the keys of the files break. */
export function broken({ policies, files, isNew = true, limited }: Given): readonly Diagnostic[] {
  const sources = files.map((text, index) => ({ file: `keys-${index + 1}.yaml`, text }));
  const { declared, desired, diagnostics } = loadDesired(sources);
  if (desired === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return violationsOf(declared, {
    policies: policies.map(policyOf),
    now: NOW,
    isNew: () => isNew,
    limited: limited ?? unlimited,
  });
}
