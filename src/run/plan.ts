import { parseGroups, parseModels, parseSelf } from "../api/hints.ts";
import type { Hint, KeysReader } from "../api/keys-api.ts";
import type { KeyList } from "../api/list.ts";
import { MAX_PROBLEMS } from "../config/load-desired.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { chooserOf } from "../model/glob.ts";
import { namesOf, type Desired, type DesiredKey } from "../model/key.ts";
import { hasWrites, type Plan } from "../model/plan.ts";
import { err, ok, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { keysOfAccount } from "../plan/account.ts";
import { planKeys } from "../plan/plan-keys.ts";
import type { Reviewed } from "../plan/rest.ts";
import type { CheckSinks } from "./delivery.ts";
import { explainListError, readFirstList } from "./first-list.ts";
import type { PlanOptions } from "./options.ts";
import type { CheckPolicies } from "./policies.ts";
import type { Session } from "./session.ts";
import { DEADLINE_REACHED } from "./stop.ts";
import { untoldPlan, type UntoldPlan } from "./untold-plan.ts";

export interface Prepared {
  readonly plan: Plan;
  /** The pin, else the account that the server or the list shows. */
  readonly account?: number;
  /** Whose token this is, where the server or the list shows it: new keys are that account's. */
  readonly owner?: number;
  readonly list: KeyList;
  /** The names that the files declare, and those of keys that were not delivered yet. */
  readonly declared: ReadonlySet<string>;
  /** Unix seconds by the server's clock. */
  readonly now: () => number;
  /** What the plan was while nothing told the account; absent where something other than the list tells it. */
  readonly asUntold?: () => UntoldPlan | undefined;
  /** The pinned account, when neither the list nor the server has shown whose token this is. */
  readonly unprovenOwner?: number;
}

export interface Preparation extends Session {
  readonly desired: Desired;
  readonly checkPolicies: CheckPolicies;
  readonly checkSinks: CheckSinks;
  /** When the run has to be over, by the clock's `now`, ms. */
  readonly deadlineAt: number;
  readonly shape: PlanOptions;
  readonly forWriting: boolean;
  /** In an apply of what was reviewed. */
  readonly reviewed?: Reviewed | undefined;
}

/** Lists the live keys and plans: the one way every command comes to its plan. */
export async function preparePlan(prep: Preparation): Promise<Result<Prepared, Diagnostic>> {
  const { api, clock, desired, shape } = prep;
  const isChosen = chooserOf(shape.only);
  const chosen = desired.keys.filter(({ name }) => isChosen(name));
  const showsQuota = chosen.some(({ fields }) => fields.remain_quota !== undefined);
  const status = showsQuota ? prep.status() : undefined;
  const read = await readFirstList(prep);
  if (!read.ok) return read;
  const list = read.value;
  const ahead = (list.serverTime ?? clock.wall()) - clock.now();
  const now = (): number => Math.floor((clock.now() + ahead) / 1000);

  const ownerListed = list.keys.some((key) => key.user_id !== undefined);
  const names = new Set(list.keys.map(({ name }) => name));
  const isListed = ({ name, renamedFrom = name }: DesiredKey): boolean =>
    names.has(name) || names.has(renamedFrom);
  const creates = chosen.some((key) => key.state === "present" && !isListed(key));
  // A create goes to the token's own account, whosever keys the list shows.
  const isToCreate = creates && prep.reviewed !== undefined;
  const asksSelf = desired.account !== undefined || !ownerListed || isToCreate;
  const hints = await readHints(api, chosen, asksSelf);
  const keys = keysOfAccount({
    keys: list.keys,
    account: desired.account,
    self: hints.self,
    forWriting: prep.forWriting,
  });
  if (!keys.ok) return keys;
  const owner = hints.self ?? keys.value.find((key) => key.user_id !== undefined)?.user_id;
  const pin = desired.account?.userId;
  // The pin first: an administrator's token, whose own account is another, may plan for it.
  const account = pin ?? owner;
  const quotaPerUnit = (await status)?.quotaPerUnit;
  const options = {
    ...shape,
    ...(prep.reviewed === undefined ? {} : { reviewed: prep.reviewed }),
    origin: prep.situation.baseUrl,
    account,
    ...(hints.models === undefined ? {} : { models: hints.models }),
    ...(hints.groups === undefined ? {} : { groups: hints.groups }),
    now: now(),
    hash: sha256,
  };
  const planned = planKeys(desired, keys.value, options);
  // No timer has its turn while a plan is made, and that of many hostile names takes seconds.
  if (clock.now() >= prep.deadlineAt) return err(DEADLINE_REACHED);
  const declared = new Set(desired.keys.flatMap(namesOf));
  const created = planned.changes.filter(({ action }) => action === "create");
  const newNames = new Set(created.map(({ name }) => name));
  // One key that breaks a policy refuses the whole run, whether it is to be changed or not.
  const broken = prep.checkPolicies({
    isChosen,
    isNew: (name) => newNames.has(name),
    now: now(),
    deadlineAt: prep.deadlineAt,
  });
  // In an empty account, the first key that is created has to show its owner.
  const isProven = pin === undefined || owner !== undefined || list.keys.length === 0;
  const plan = {
    ...planned,
    diagnostics: [
      ...planned.diagnostics,
      ...broken,
      // As with a policy: what a pull request makes of a key that is live is refused as well.
      ...prep.checkSinks(chosen, MAX_PROBLEMS - broken.length),
      ...(isProven || !hasWrites(planned) ? [] : [WHOSE_KEYS]),
    ],
    ...(quotaPerUnit === undefined ? {} : { quotaPerUnit }),
  };
  return ok({
    plan,
    list,
    now,
    declared,
    ...(pin === undefined && hints.self === undefined
      ? { asUntold: () => untoldPlan(desired, keys.value, chosen, options) }
      : {}),
    ...(account === undefined ? {} : { account }),
    ...(owner === undefined ? {} : { owner }),
    ...(pin === undefined || owner !== undefined ? {} : { unprovenOwner: pin }),
  });
}

/** Neither the list nor `/api/user/self` tells whether the files are for this account. */
export const WHOSE_KEYS = problem(
  "other-account",
  "nothing shows that these keys are of the account that the files are for, so nothing is changed",
  "if this server never tells whose they are, leave account.user_id out",
);

/** How often an apply lists anew because the list moved before its first write. */
const TRIES = 3;

/** A plan whose list is proven to have missed nothing, as soon as there is something to write. */
export async function confirmedPlan(
  { api, situation }: Session,
  prepare: () => Promise<Result<Prepared, Diagnostic>>,
): Promise<Result<Prepared, Diagnostic>> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const prepared = await prepare();
    if (!prepared.ok) return prepared;
    const { list, plan } = prepared.value;
    if (!hasWrites(plan)) return prepared;
    const confirmed = await api.confirm(list);
    if (!confirmed.ok) return err(explainListError(confirmed.error, situation));
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

/** Each optional help is asked for at most once, and only when something declared needs it. */
async function readHints(api: KeysReader, chosen: readonly DesiredKey[], asksSelf: boolean) {
  const [models, groups, self] = await Promise.all([
    chosen.some(namesModels) ? api.hint("/api/models") : undefined,
    chosen.some(({ fields }) => fields.group) ? api.hint("/api/user/self/groups") : undefined,
    asksSelf ? api.hint("/api/user/self") : undefined,
  ]);
  return {
    models: parseModels(dataOf(models)),
    groups: parseGroups(dataOf(groups)),
    self: parseSelf(dataOf(self)),
  };
}

/** What an optional help answered. */
export function dataOf(hint: Hint | undefined): unknown {
  return hint?.kind === "answer" ? hint.data : undefined;
}

function namesModels({ fields }: DesiredKey): boolean {
  return (fields.model_limits ?? []).length > 0;
}
