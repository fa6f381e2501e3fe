import { headOf, type Located } from "./located.ts";
import { integerSpelling } from "./number-spelling.ts";
import type { Report } from "./problem.ts";

/** A whole number in its plain spelling; `undefined` when it is none, which is reported. */
export function readInteger(node: Located, report: Report): number | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "number") return undefined;
  const spelling = integerSpelling(node.source);
  if (!spelling) return node.value;
  report({ ...spelling, range: headOf(node) });
  return undefined;
}

/** `remain_quota`, the quota granted: 0 or more. */
export function readQuota(node: Located, report: Report): number | undefined {
  const quota = readInteger(node, report);
  if (quota === undefined || quota >= 0) return quota;
  report({
    code: "quota-range",
    range: headOf(node),
    message: "remain_quota cannot be negative",
    fix: "write the quota granted, or unlimited_quota: true",
  });
  return undefined;
}

export function readBoolean(node: Located): boolean | undefined {
  return node.kind === "scalar" && typeof node.value === "boolean" ? node.value : undefined;
}

export function readStatus(node: Located, report: Report): "enabled" | "disabled" | undefined {
  if (node.kind !== "scalar") return undefined;
  if (typeof node.value === "number" && readInteger(node, report) === undefined) return undefined;
  return node.value === "enabled" || node.value === 1 ? "enabled" : "disabled";
}

/** A group's name exactly as the account has it; `""` is none. */
export function readGroup(node: Located, report: Report): string | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "string") return undefined;
  const group = node.value;
  const padded = group.trim() !== group;
  if (!padded && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(group)) return group;
  report({
    code: "group-invalid",
    range: headOf(node),
    message: padded
      ? "the group begins or ends with white space"
      : "the group has a control or invisible character in it",
    fix: "write the name of the group alone",
  });
  return undefined;
}
