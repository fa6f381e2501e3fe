import type { Diagnostic } from "../model/diagnostic.ts";
import { matchesGlob } from "../model/glob.ts";
import type { Desired } from "../model/key.ts";
import { err, ok, type Result } from "../model/result.ts";
import type { PlanShape } from "./prepare-plan.ts";
import { problem } from "./problem.ts";
import type { Loudness } from "./progress.ts";
import { count, type ServerFlags } from "./settings.ts";

/** The flags `plan` and `apply` share. */
export interface PlanFlags extends ServerFlags, Loudness {
  readonly file?: readonly string[];
  readonly format?: string;
  readonly only?: readonly string[];
  readonly createOnly?: boolean;
  readonly maxKeys?: string;
  readonly denyWidening?: boolean;
  /** Seconds; set by `drift --fail-on-expiring`. */
  readonly expiringWithin?: number;
}

export interface ApplyFlags extends PlanFlags {
  readonly autoApprove?: boolean;
  readonly expect?: string;
  readonly expectComment?: boolean;
  readonly environment?: string;
  readonly settle?: string;
}

export function readShape(flags: PlanFlags): Result<PlanShape, Diagnostic> {
  const shape = {
    only: flags.only ?? [],
    createOnly: flags.createOnly ?? false,
    denyWidening: flags.denyWidening ?? false,
    ...(flags.expiringWithin === undefined ? {} : { expiringWithin: flags.expiringWithin }),
  };
  if (flags.maxKeys === undefined) return ok(shape);
  const maxKeys = count("--max-keys", flags.maxKeys, 1, 999_999_999);
  return maxKeys.ok ? ok({ ...shape, maxKeys: maxKeys.value }) : maxKeys;
}

/** A name in `--only` that no file declares is a slip that would silently do nothing. */
export function checkOnly(shape: PlanShape, desired: Desired): Result<undefined, Diagnostic> {
  const idle = shape.only.filter(
    (pattern) => !desired.keys.some(({ name }) => matchesGlob(pattern, name)),
  );
  if (idle.length === 0) return ok(undefined);
  const names = idle.map((pattern) => `"${pattern}"`).join(", ");
  const fix = "check the spelling; `*` stands for any characters";
  return err(problem("usage", `--only ${names}: no declared key has such a name`, fix));
}
