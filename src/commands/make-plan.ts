import type { Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Plan } from "../model/plan.ts";
import { connectReader } from "./connect.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { PlanFlags } from "./plan-flags.ts";
import { preparePlan, situationOf, type Prepared } from "./prepare-plan.ts";
import { inSession } from "./session.ts";
import { untilSignal } from "./until-signal.ts";

/** A plan, or why there is none. */
export interface PlanRun {
  readonly plan?: Plan;
  readonly prepared?: Prepared;
  readonly inputs?: Inputs;
  readonly diagnostics: readonly Diagnostic[];
  /** Exit codes besides those of the diagnostics. */
  readonly codes: readonly ExitCode[];
}

/** Makes a plan with a client that cannot write: what `plan` and `drift` show. */
export async function makePlan(flags: PlanFlags, io: Io): Promise<PlanRun> {
  const read = await untilSignal(io, () => readInputs(flags, io));
  if (!read.ok) return { diagnostics: [read.error], codes: [] };
  const { inputs, diagnostics } = read.value;
  if (inputs === undefined) return { diagnostics, codes: [] };
  const { access, desired, shape } = inputs;
  const { value: made, codes } = await inSession(access, io, flags, async (connection) =>
    preparePlan({
      api: await connectReader(connection, io),
      clock: io.clock,
      random: io.random,
      stop: connection.stop,
      emit: connection.emit,
      desired,
      shape,
      situation: situationOf(access),
      forWriting: false,
    }),
  );
  if (!made.ok) return { inputs, diagnostics: [...diagnostics, made.error], codes };
  const prepared = made.value;
  const { plan } = prepared;
  return { plan, prepared, inputs, diagnostics: [...diagnostics, ...plan.diagnostics], codes };
}
