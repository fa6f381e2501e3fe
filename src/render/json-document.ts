import type { Diagnostic } from "../model/diagnostic.ts";
import type { Outcome } from "../model/outcome.ts";
import type { LiveKey } from "../model/key.ts";
import type { Change, ConflictItem, FieldChange, Plan, PlanSummary } from "../model/plan.ts";
import { listHunks } from "./field-text.ts";

/** Raised only when a field changes its meaning or goes; new fields may come without. */
export const FORMAT_VERSION = 1;

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
  return document({ ...planBody(plan, diagnostics), results: outcomes });
}

/** The one document of `validate --format json`. */
export function renderDiagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return document({
    format_version: FORMAT_VERSION,
    diagnostics: diagnostics.map(diagnosticBody),
  });
}

export function document(body: object): string {
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

function planBody(plan: Plan | undefined, diagnostics: readonly Diagnostic[]): object {
  return {
    format_version: FORMAT_VERSION,
    digest: plan?.digest ?? null,
    summary: plan?.summary ?? EMPTY,
    changes: (plan?.changes ?? []).map(changeBody),
    diagnostics: diagnostics.map(diagnosticBody),
  };
}

function changeBody(change: Change): object {
  const { action, name } = change;
  switch (change.action) {
    case "create":
    case "update":
    case "delete":
      return {
        action,
        name,
        ...(change.action === "create" ? {} : { id: change.id }),
        direction: change.direction,
        fields: change.fields.map(fieldBody),
        dangers: change.dangers.map(({ message }) => message),
      };
    case "conflict":
      return {
        action,
        name,
        fields: [],
        code: change.code,
        reason: change.reason,
        ...conflictKeys(change),
      };
    case "blocked":
      return { action, name, fields: [], code: change.code, reason: change.reason };
  }
}

/** Keys of the same name, or keys under another one, which is then told. */
function conflictKeys({ code, keys }: ConflictItem): object {
  const body = ({ id, created_time, accessed_time, used_quota }: LiveKey): object => ({
    id,
    created_time,
    accessed_time,
    used_quota,
  });
  switch (code) {
    case "twins":
      return { twins: keys.map(body) };
    case "name-altered":
      return { altered: keys.map((key) => ({ name: key.name, ...body(key) })) };
  }
}

function fieldBody({ field, before, after, direction, quota }: FieldChange): object {
  const lists = Array.isArray(before) && Array.isArray(after);
  return {
    field,
    before,
    after,
    direction,
    ...(quota === undefined
      ? {}
      : {
          quota: {
            used: quota.used,
            remain_before: quota.remainBefore,
            remain_after: quota.remainAfter,
          },
        }),
    ...(lists ? { hunks: listHunks(before, after) } : {}),
  };
}

export function diagnosticBody({ severity, code, message, fix, at }: Diagnostic): object {
  const place = at === undefined ? {} : { file: at.file, line: at.line, column: at.column };
  return { severity, code, message, ...(fix === undefined ? {} : { fix }), ...place };
}
