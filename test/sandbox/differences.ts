import { FIELDS } from "../../src/model/fields.ts";

const MASKED = /^[A-Za-z0-9]{4}\*{10}[A-Za-z0-9]{4}$/;

/**
 * Compares an answer with a recorded one and lists where they differ; `fill` gives the text that
 * stands for a `{{placeholder}}`. Cut lists are compared as far as they were recorded, and of a
 * `message` only whether it says anything: its wording is the server's own business. API fields that
 * are newer than the recording may be answered beside it.
 */
export function differences(
  recorded: unknown,
  actual: unknown,
  fill: (placeholder: string) => string,
  path = "$",
): readonly string[] {
  const differ = [`${path}: recorded ${show(recorded)}, answered ${show(actual)}`];
  if (typeof recorded === "string") {
    if (path.endsWith(".message") && typeof actual === "string") {
      return (recorded === "") === (actual === "") ? [] : differ;
    }
    if (MASKED.test(recorded)) return isMasked(actual) ? [] : differ;
    return recorded.replace(/\{\{(.+?)\}\}/g, (_, name: string) => fill(name)) === actual
      ? []
      : differ;
  }
  if (typeof recorded !== "object" || recorded === null) return recorded === actual ? [] : differ;
  if (isCut(recorded, "$items")) {
    return Array.isArray(actual) && actual.length === recorded["$items"] ? [] : differ;
  }
  if (Array.isArray(recorded)) {
    return Array.isArray(actual) ? listDifferences(recorded, actual, fill, path) : differ;
  }
  if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return differ;
  const before = new Map<string, unknown>(Object.entries(recorded));
  const after = new Map<string, unknown>(Object.entries(actual));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    name in FIELDS && !before.has(name)
      ? []
      : before.has(name) === after.has(name)
        ? differences(before.get(name), after.get(name), fill, `${path}.${name}`)
        : [`${path}.${name}: only ${before.has(name) ? "recorded" : "answered"}`],
  );
}

function listDifferences(
  recorded: readonly unknown[],
  actual: readonly unknown[],
  fill: (placeholder: string) => string,
  path: string,
): readonly string[] {
  const end = recorded.at(-1);
  const more = isCut(end, "$more") ? Number(end["$more"]) : 0;
  const isPending = isCut(end, "$rest");
  const shown = more > 0 || isPending ? recorded.slice(0, -1) : recorded;
  const expected = shown.length + more;
  if (isPending ? actual.length < expected : actual.length !== expected) {
    return [`${path}: recorded ${expected} items, answered ${actual.length}`];
  }
  return shown.flatMap((item, index) =>
    differences(item, actual[index], fill, `${path}[${index}]`),
  );
}

function isCut(value: unknown, mark: string): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && mark in value;
}

function isMasked(value: unknown): boolean {
  return typeof value === "string" && MASKED.test(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
