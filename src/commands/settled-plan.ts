import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { explainListError } from "./explain.ts";
import { preparePlan, type Preparation, type Prepared } from "./prepare-plan.ts";
import { problem } from "./problem.ts";

/** How often an apply lists anew because the list moved before its first write. */
const TRIES = 3;

/** A plan whose list is proven to have missed nothing, as soon as there is something to write. */
export async function settledPlan(prep: Preparation): Promise<Result<Prepared, Diagnostic>> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const prepared = await preparePlan(prep);
    if (!prepared.ok) return prepared;
    const { list, plan } = prepared.value;
    const { create, update, delete: remove } = plan.summary;
    if (create + update + remove === 0) return prepared;
    const confirmed = await prep.api.confirm(list);
    if (!confirmed.ok) return err(explainListError(confirmed.error, prep.situation));
    if (confirmed.value !== undefined) return ok({ ...prepared.value, list: confirmed.value });
  }
  return err(
    problem(
      "server-list-unstable",
      `the list of keys moved ${TRIES} times between reading it and the first write`,
      "try again when fewer keys are being changed",
    ),
  );
}
