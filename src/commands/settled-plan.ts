import { isSameFirstPage } from "../api/list.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { explainListError } from "./explain.ts";
import { preparePlan, type Preparation, type Prepared } from "./prepare-plan.ts";
import { problem } from "./problem.ts";

/** How often an apply lists anew because the list moved before its first write. */
const TRIES = 3;

/**
 * A plan whose list still stands. Pages of a list are read one after the other, and a delete in
 * between can hide a record although all counts agree; it also moves page 1. So a list of several
 * pages is trusted for writing only when page 1 reads the same afterwards.
 */
export async function settledPlan(prep: Preparation): Promise<Result<Prepared, Diagnostic>> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const prepared = await preparePlan(prep);
    if (!prepared.ok) return prepared;
    const { list, plan } = prepared.value;
    const { create, update, delete: remove } = plan.summary;
    if (list.pages === 1 || create + update + remove === 0) return prepared;

    const again = await prep.api.firstPage();
    if (!again.ok) return err(explainListError(again.error, prep.situation));
    if (isSameFirstPage(again.value, list.firstPage)) return ok(prepared.value);
  }
  return err(
    problem(
      "server-list-unstable",
      `the list of keys moved ${TRIES} times between reading it and the first write`,
      "try again when fewer keys are being changed",
    ),
  );
}
