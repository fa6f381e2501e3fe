import { findKeyShaped } from "../config/forbidden-text.ts";
import { reportTo, type Problem } from "../config/problem.ts";
import { checkName } from "../config/text-fields.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { keysOfAccount } from "../plan/account.ts";
import { planAdoption, type Adoption } from "../plan/adopt.ts";
import { readFirstList } from "./first-list.ts";
import type { Prepared } from "./plan.ts";
import type { Session } from "./session.ts";

/** Which key is to be the only one of which name. */
export type Adopted = Pick<Adoption, "id" | "name">;

/** Checks `--id` and `--name`; the name has to be one that a file can declare. */
export function readAdopted(id: string, name: string): Result<Adopted, Diagnostic> {
  const number = /^\d{1,15}$/.test(id) ? Number(id) : 0;
  if (number === 0) {
    const fix = "write the id that `cometkeys list` shows";
    return err(problem("usage", `--id ${id}: not the id of a key`, fix));
  }
  const problems: Problem[] = [];
  if (findKeyShaped(name).length > 0) reportTo(problems)({ start: 0, end: 0 }, "secret-in-file");
  const checked = checkName(name.normalize("NFC"), { start: 0, end: 0 }, reportTo(problems));
  const [first] = problems.filter(({ severity }) => severity === "error");
  if (checked !== undefined && first === undefined) return ok({ id: number, name: checked });
  return err(problem("usage", `--name: ${first?.message}`, first?.fix));
}

/** The plan of an adoption, from a list of its own. */
export async function prepareAdoption(
  adopted: Adopted,
  session: Session,
): Promise<Result<Prepared, Diagnostic>> {
  const listed = await readFirstList(session);
  if (!listed.ok) return listed;
  const list = listed.value;
  const { clock, situation } = session;
  const ahead = (list.serverTime ?? clock.wall()) - clock.now();
  const of = { keys: list.keys, account: undefined, self: undefined, forWriting: true };
  const keys = keysOfAccount(of);
  if (!keys.ok) return keys;
  const owner = keys.value.find(({ user_id }) => user_id !== undefined)?.user_id;
  const plan = planAdoption(keys.value, {
    ...adopted,
    origin: situation.baseUrl,
    account: owner,
    hash: sha256,
  });
  if (!plan.ok) return plan;
  return ok({
    plan: plan.value,
    list,
    now: () => Math.floor((clock.now() + ahead) / 1000),
    declared: new Set(plan.value.changes.map(({ name }) => name)),
    ...(owner === undefined ? {} : { account: owner, owner }),
  });
}
