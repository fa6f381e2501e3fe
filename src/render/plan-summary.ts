import { exitOf, type Diagnostic } from "../model/diagnostic.ts";
import { EXIT, worstExit } from "../model/exit-code.ts";
import { foretold, hasWrites, type Plan, type PlanSummary } from "../model/plan.ts";
import { quotaText } from "../model/quota.ts";
import { cutText, firstOf } from "../model/text.ts";
import { itemText } from "./change.ts";

/** Code points of an unmanaged key's name. */
const MAX_NAME = 80;

/** Names of keys that no file declares; more are counted. */
export const SHOWN_UNMANAGED = 10;

/** What every plan ends with: the counts and what a reviewer approves. */
export function closingLines(plan: Plan): readonly string[] {
  const { summary, unmanaged, digest } = plan;
  const { shown, more } = firstOf(unmanaged, SHOWN_UNMANAGED);
  const names = shown.map(({ name }) => itemText(cutText(name, MAX_NAME))).join(", ");
  return [
    ...summaryLines(summary),
    ...grantedLine(plan),
    ...(unmanaged.length === 0 ? [] : [`Unmanaged: ${names}${more}.`]),
    `Digest: ${digest}`,
  ];
}

/** The counts; `No changes.` only when there is nothing at all to do or to see to. */
export function summaryLines(summary: PlanSummary): readonly string[] {
  const { create, update, unchanged, unmanaged, conflict, blocked } = summary;
  const writes = create + update + summary.delete;
  const rest = `${unchanged} unchanged, ${unmanaged} unmanaged`;
  if (writes + conflict + blocked === 0) return ["No changes.", `${rest}.`];
  const counts = `Plan: ${create} to create, ${update} to update, ${summary.delete} to delete, ${rest}.`;
  const attention = [
    ...(conflict > 0 ? [`${conflict} in conflict`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
  ];
  return attention.length === 0 ? [counts] : [counts, `Not done: ${attention.join(", ")}.`];
}

/** Whether an apply of this plan would go through, and what it ends with where it would not. */
export function verdict(plan: Plan, diagnostics: readonly Diagnostic[]): Verdict {
  const refusal = exitOf(diagnostics);
  const code = worstExit(foretold(plan));
  const writes = hasWrites(plan);
  // What drift was told to look for refuses no apply.
  if (refusal !== EXIT.ok && refusal !== EXIT.changesPending) {
    return { goesThrough: false, text: `Apply would change nothing and end with code ${refusal}.` };
  }
  if (code === EXIT.ok) {
    return { goesThrough: true, text: writes ? "Apply would go through." : "Nothing to apply." };
  }
  const rest = writes ? "make the other changes" : "change nothing";
  return { goesThrough: false, text: `Apply would ${rest} and end with code ${code}.` };
}

interface Verdict {
  readonly goesThrough: boolean;
  readonly text: string;
}

/** What the plan grants more or less in all, so that it can be seen what it costs. */
export function grantedLine({ changes, quotaPerUnit }: Plan): readonly string[] {
  let units = 0;
  let unlimited = 0;
  for (const change of changes) {
    if (change.action !== "create" && change.action !== "update") continue;
    const after = (field: string) => change.fields.find((one) => one.field === field)?.after;
    if (after("unlimited_quota") === true) unlimited += 1;
    const quota = change.fields.find(({ field }) => field === "remain_quota");
    if (typeof quota?.after !== "number" || after("unlimited_quota") === true) continue;
    units += quota.after - (typeof quota.before === "number" ? quota.before : 0);
  }
  const parts = [
    ...(units === 0
      ? []
      : [`${quotaText(Math.abs(units), quotaPerUnit)} ${units > 0 ? "more" : "less"}`]),
    ...(unlimited === 0 ? [] : [`no limit for ${unlimited === 1 ? "1 key" : `${unlimited} keys`}`]),
  ];
  return parts.length === 0 ? [] : [`Quota granted: ${parts.join(", ")}.`];
}
