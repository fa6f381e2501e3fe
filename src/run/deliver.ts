import { deliverLive, type LiveDelivery } from "../apply/deliver-live.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { groupByName, stagedName, type DesiredKey, type LiveKey } from "../model/key.ts";
import type { Outcome } from "../model/outcome.ts";
import { err, ok, type Result } from "../model/result.ts";
import { destinationOf } from "../model/sink.ts";
import { escapeTerminal } from "../render/escape.ts";
import { prepareDelivery, readFilesOf } from "./delivery.ts";
import { askForYes } from "./apply.ts";
import type { Inputs } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { DeliveryFlags, Verbosity } from "./options.ts";
import { preparePlan, WHOSE_KEYS, type Prepared } from "./plan.ts";
import { withReader, withWriter, type Session } from "./session.ts";

/** What a delivery of live keys came to. */
export interface DeliveryRun {
  readonly outcomes: readonly Outcome[];
  readonly diagnostics: readonly Diagnostic[];
  readonly codes: readonly ExitCode[];
}

export interface DeliverFlags extends DeliveryFlags, Verbosity {
  readonly tokenFile?: string | undefined;
  readonly autoApprove?: boolean | undefined;
}

/** Delivers keys that are live already, once a person has said yes to where they go. */
export async function deliverNamed(
  names: readonly string[],
  inputs: Inputs,
  flags: DeliverFlags,
  show: (text: string) => Promise<boolean>,
  io: Io,
): Promise<DeliveryRun> {
  const { access } = inputs;
  const declared = declaredOf(names, inputs, flags);
  if (!declared.ok) return { outcomes: [], diagnostics: declared.error, codes: [] };
  // As they are declared: what is typed may have another Unicode form, and would choose none of them.
  const only = declared.value.map(({ name }) => name);
  const find = async (
    session: Session,
    deadlineAt: number,
  ): Promise<Result<Found, readonly Diagnostic[]>> => {
    // Whose keys these are, and what a policy or the allowed places say of them, is found as for a plan.
    const shape = { only, createOnly: false, denyWidening: false };
    const made = await preparePlan({
      ...inputs,
      ...session,
      // The one who runs it may have any key; its places are not used then.
      ...(flags.keysOut === undefined ? {} : { checkSinks: () => [] }),
      shape,
      deadlineAt,
      forWriting: true,
    });
    if (!made.ok) return err([made.error]);
    const refused = made.value.plan.diagnostics.filter(({ severity }) => severity === "error");
    if (refused.length > 0) return err(refused);
    const found = findLive(declared.value, made.value.list.keys);
    if (found.ok && made.value.unprovenOwner !== undefined) return err([WHOSE_KEYS]);
    return found.ok ? ok({ prepared: made.value, wanted: found.value }) : found;
  };
  let approved: readonly number[] | undefined;
  if (!flags.autoApprove) {
    const { value: seen, codes } = await withReader(access, flags, io, (session) =>
      find(session, io.deadlineAt),
    );
    if (!seen.ok) return { outcomes: [], diagnostics: seen.error, codes };
    const isShown = await show(deliveriesText(seen.value.wanted, flags.keysOut));
    const no = isShown ? await askForYes(io, "Deliver this?") : NOT_SHOWN;
    if (no !== undefined) return { outcomes: [], diagnostics: [no], codes };
    approved = seen.value.wanted.map(({ key }) => key.id);
  }
  // A person may have thought about it for longer than a run has.
  const asked = { ...io, deadlineAt: io.clock.now() + access.settings.deadlineMs };
  const within = flags.autoApprove ? io : asked;
  const { value, codes } = await withWriter(access, flags, within, async (session) => {
    const found = await find(session, within.deadlineAt);
    if (!found.ok) return { outcomes: [], diagnostics: found.error };
    const { prepared, wanted } = found.value;
    const ids = wanted.map(({ key }) => key.id);
    if (approved !== undefined && ids.join() !== approved.join()) {
      return { outcomes: [], diagnostics: [ANOTHER] };
    }
    const targets = wanted.map(({ desired }) => desired);
    const readFiles = readFilesOf(inputs, flags);
    const delivery = await prepareDelivery(
      targets,
      { ...flags, readFiles },
      access,
      session,
      within,
    );
    if (!delivery.ok) return { outcomes: [], diagnostics: delivery.error };
    if (delivery.value === undefined) throw new Error("nothing that could be delivered");
    const { settleMs, concurrency } = access.settings;
    const context = { ...prepared, ...session, settleMs, concurrency };
    return { outcomes: await deliverLive(wanted, context, delivery.value), diagnostics: [] };
  });
  return { ...value, codes };
}

const ANOTHER = problem(
  "not-as-reviewed",
  "another key has got one of these names since it was shown, so nothing was delivered",
  "run deliver again",
);

interface Found {
  readonly prepared: Prepared;
  readonly wanted: readonly LiveDelivery[];
}

const NOT_SHOWN = problem(
  "output-unwritable",
  "what is to be delivered could not be shown, so nothing was",
);

/** The entries of the names given, which have to say where their keys go. */
function declaredOf(
  names: readonly string[],
  { desired }: Inputs,
  { keysOut }: DeliveryFlags,
): Result<readonly DesiredKey[], readonly Diagnostic[]> {
  const byName = new Map(desired.keys.map((key) => [key.name, key]));
  const wrong: Diagnostic[] = [];
  const found = [...new Set(names.map((name) => name.normalize("NFC")))].flatMap((name) => {
    const key = byName.get(name);
    if (key?.state !== "present") {
      const fix = "write the exact name of a declared key";
      wrong.push(problem("usage", `"${name}": no file declares such a key`, fix));
      return [];
    }
    // For the one who runs it alone, a key needs no place of its own.
    const { deliver: _elsewhere, ...alone } = key;
    if (keysOut !== undefined) return [alone];
    if (key.deliver !== undefined) return [key];
    const fix = "give it deliver in the file, or give --keys-out FILE";
    wrong.push(problem("usage", `"${name}" has no place to be delivered to`, fix, key.at));
    return [];
  });
  return wrong.length > 0 ? err(wrong) : ok(found);
}

/** The one live key of each, or why it is not known which one that is. */
function findLive(
  declared: readonly DesiredKey[],
  keys: readonly LiveKey[],
): Result<readonly LiveDelivery[], readonly Diagnostic[]> {
  const live = groupByName(keys);
  const wrong: Diagnostic[] = [];
  const found = declared.flatMap((desired): readonly LiveDelivery[] => {
    const { name, at } = desired;
    const [key, ...more] = live.get(name) ?? [];
    if (key === undefined) {
      const isLeft = live.has(stagedName(name));
      const why = isLeft ? "not delivered yet, and has not got its name" : "not live";
      const fix = isLeft ? "run apply, which goes on with it" : "run apply, which creates it";
      wrong.push(problem("not-delivered", `"${name}" is ${why}`, fix, at));
      return [];
    }
    if (more.length === 0) return [{ key, desired }];
    const fix = "choose one with adopt, or delete all but one by hand";
    wrong.push(problem("duplicates", `${more.length + 1} live keys are named "${name}"`, fix, at));
    return [];
  });
  return wrong.length > 0 ? err(wrong) : ok(found);
}

function deliveriesText(wanted: readonly LiveDelivery[], keysOut: string | undefined): string {
  const lines = wanted.flatMap(({ key, desired }) => [
    `${escapeTerminal(desired.name)} (id ${key.id})`,
    ...(desired.deliver ?? []).map(({ sink }) => `    → ${escapeTerminal(destinationOf(sink))}`),
    ...(keysOut === undefined ? [] : [`    → ${escapeTerminal(keysOut)}`]),
  ]);
  return `${lines.join("\n")}\n`;
}
