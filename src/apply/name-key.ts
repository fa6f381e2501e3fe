import type { LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import type { CreateChange, UpdateChange } from "../model/plan.ts";
import { compareKey } from "../plan/compare.ts";
import { whenEnded, type ApplyContext, type Ended } from "./context.ts";
import type { FreshList } from "./fresh-list.ts";
import { renameRefused } from "./rename-key.ts";
import { updateKey } from "./update-key.ts";

/**
 * Gives a key that was delivered its own name: a rename like any other, so the name has to be free on a
 * fresh list. A run that ends before leaves the staged name, and the next one delivers once more.
 */
export async function nameKey(
  { name, desired }: CreateChange,
  key: LiveKey,
  context: ApplyContext,
  list: FreshList,
): Promise<Ended> {
  const fields = compareKey({ name, fields: desired.fields }, key, context.now());
  const change: UpdateChange = {
    action: "update",
    name,
    direction: "neutral",
    id: key.id,
    live: key,
    desired,
    fields,
    dangers: [],
  };
  const refused = await renameRefused(change, undefined, context, list);
  if (refused !== undefined) return asCreate(refused);
  const task = { change, live: key, desired: desired.fields, planned: fields };
  return whenEnded(await updateKey(task, context), asCreate);
}

/** What was planned is a create. What was delivered and did not get its name is delivered again. */
function asCreate(outcome: Outcome): Outcome {
  const { status, error } = outcome;
  const create = { ...outcome, action: "create" } as const;
  if (error === undefined) return create;
  if (status !== "not_attempted") {
    return { ...create, error: { ...error, message: `delivered, but ${error.message}` } };
  }
  const message = `delivered, but not named: ${error.message}; apply again to go on with it`;
  return { ...create, status: "failed", error: { ...error, message } };
}
