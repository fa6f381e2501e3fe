import type { Diagnostic } from "../model/diagnostic.ts";
import type { Finding } from "../model/finding.ts";
import type { Outcome } from "../model/outcome.ts";
import { sortByName, type LiveKey } from "../model/key.ts";
import type { FieldChange, Plan, PlanSummary } from "../model/plan.ts";
import { cutText } from "../model/text.ts";
import { escapeJson } from "./escape.ts";
import { tooLarge } from "./json-size.ts";
import { describePlan, listHunks, type Described, type DescribedKey } from "./change.ts";

/** Raised only when a field changes its meaning or goes; new fields may come without. */
const FORMAT_VERSION = 1;

const EMPTY: PlanSummary = {
  create: 0,
  update: 0,
  delete: 0,
  unchanged: 0,
  unmanaged: 0,
  conflict: 0,
  blocked: 0,
};

/** The one document of `plan --format json`; `plan` is absent when the run ended before it. */
export function renderPlanJson(plan: Plan | undefined, diagnostics: readonly Diagnostic[]): string {
  return document(planBody(plan, diagnostics));
}

/** The one document of `apply --format json`. */
export function renderApplyJson(
  plan: Plan | undefined,
  outcomes: readonly Outcome[],
  diagnostics: readonly Diagnostic[],
): string {
  const results = tooLarge(outcomes) === undefined ? outcomes : outcomes.map(inShort);
  return document({ ...planBody(plan, diagnostics), results });
}

/** What became of each change is told whatever a hostile server has put into the messages. */
function inShort(outcome: Outcome): Outcome {
  const { name, error, note: _left, ...rest } = outcome;
  const short = { ...rest, name: cutText(name, MAX_NAME) };
  return error === undefined
    ? short
    : { ...short, error: { ...error, message: cutText(error.message, MAX_NAME) } };
}

/** Of a live name, to which a server sets no bound. */
const MAX_NAME = 200;

/** The one document of `deliver --format json`. */
export function renderDeliveryJson(
  outcomes: readonly Outcome[],
  diagnostics: readonly Diagnostic[],
): string {
  const results = { results: outcomes, diagnostics: diagnostics.map(diagnosticBody) };
  return document({ format_version: FORMAT_VERSION, ...results });
}

/** The one document of `validate --format json`. */
export function renderDiagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return document({
    format_version: FORMAT_VERSION,
    diagnostics: diagnostics.map(diagnosticBody),
  });
}

/** The one document of `list --format json`. */
export function renderListJson(
  keys: readonly LiveKey[],
  diagnostics: readonly Diagnostic[],
  quotaPerUnit?: number,
): string {
  return document({
    format_version: FORMAT_VERSION,
    quota_per_unit: quotaPerUnit,
    keys: sortByName(keys).map(listedKey),
    diagnostics: diagnostics.map(diagnosticBody),
  });
}

/** The one document of `doctor --format json`. */
export function renderFindingsJson(findings: readonly Finding[]): string {
  return document({ format_version: FORMAT_VERSION, findings });
}

/** One key of `list --format json`. */
export function listedKey(key: LiveKey): object {
  const { unknown: _notShown, lossy: _notShownEither, ...shown } = key;
  return shown;
}

/**
 * A JSON document as a text; fields that are `undefined` are left out. What a terminal or a build
 * server would take for a command is written as JSON's own escapes, so that it reads the same.
 */
export function document(body: object): string {
  return `${escapeJson(JSON.stringify(body, undefined, 2))}\n`;
}

function planBody(plan: Plan | undefined, diagnostics: readonly Diagnostic[]): object {
  // Where it is too large a diagnostic says so, and nothing is applied.
  const shown = plan === undefined || planTooLarge(plan) !== undefined ? undefined : plan;
  return {
    format_version: FORMAT_VERSION,
    digest: plan?.digest ?? null,
    summary: plan?.summary ?? EMPTY,
    quota_per_unit: plan?.quotaPerUnit,
    changes: shown === undefined ? [] : changesOf(shown),
    unmanaged: shown?.unmanaged ?? [],
    diagnostics: diagnostics.map(diagnosticBody),
  };
}

/** Why a plan is not written as JSON. */
export function planTooLarge(plan: Plan): Diagnostic | undefined {
  return tooLarge([changesOf(plan), plan.unmanaged]);
}

/** Made once for each plan: it is asked for its size before it is written. */
const CHANGES = new WeakMap<Plan, readonly object[]>();

function changesOf(plan: Plan): readonly object[] {
  const changes = CHANGES.get(plan) ?? describePlan(plan).map(changeBody);
  CHANGES.set(plan, changes);
  return changes;
}

function changeBody(change: Described): object {
  const { action, name, id, direction, pruned, fields, dangers, refusal, keys } = change;
  const { deliver, resumes } = change;
  return {
    action,
    name,
    id,
    direction,
    pruned,
    fields: fields.map(fieldBody),
    deliver: deliver.length === 0 ? undefined : deliver,
    resumes,
    dangers: refusal === undefined ? dangers : undefined,
    ...refusal,
    // Keys of the same name, or keys under another one, which is then told.
    duplicates: refusal?.code === "duplicates" ? keys.map(candidate) : undefined,
    used: refusal?.code === "key-in-use" ? keys.map(namedCandidate) : undefined,
    altered: refusal?.code === "name-altered" ? keys.map(namedCandidate) : undefined,
    candidates: refusal?.code === "rename-unclear" ? keys.map(namedCandidate) : undefined,
  };
}

function namedCandidate(key: DescribedKey): object {
  return { name: cutText(key.name, MAX_NAME), ...candidate(key) };
}

function candidate({ id, created_time, accessed_time, used_quota }: DescribedKey): object {
  return { id, created_time, accessed_time, used_quota };
}

function fieldBody({ field, before, after, direction, quota }: FieldChange): object {
  return {
    field,
    before,
    after,
    direction,
    quota: quota && {
      used: quota.used,
      remain_before: quota.remainBefore,
      remain_after: quota.remainAfter,
    },
    hunks: Array.isArray(before) && Array.isArray(after) ? listHunks(before, after) : undefined,
  };
}

function diagnosticBody({ severity, code, message, fix, at }: Diagnostic): object {
  return { severity, code, message, fix, file: at?.file, line: at?.line, column: at?.column };
}
