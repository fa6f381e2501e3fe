import { isMap, isSeq } from "yaml";
import type { Sink } from "../model/sink.ts";
import { at, canonicalTextOf, isReported, textOf, valueIn, type Value } from "./nodes.ts";
import type { MessageKey, Range, Report } from "./problem.ts";

/** One place of a key, and where it stands. */
export interface PlacedSink {
  readonly sink: Sink;
  readonly range: Range;
}

/** Bytes of a name that is created as `NAME~new` first: older servers take 50 of a name. */
export const MOST_NAME_BYTES = 40;

const OWNER_AND_NAME =
  /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const LONGEST = 1_000;

/** The places of a key; those that are none have been reported, by the schema or here. */
export function readDeliver(node: Value | undefined, report: Report): readonly PlacedSink[] {
  if (!isSeq<Value>(node)) return [];
  if (node.items.length === 0) report(at(node), "deliver-invalid/empty");
  return node.items.flatMap((item) => {
    const sink = readSink(item, report);
    return sink === undefined ? [] : [{ sink, range: at(item) }];
  });
}

function readSink(item: Value, report: Report): Sink | undefined {
  if (!isMap(item)) return undefined;
  const kinds = ["github", "file", "exec"].filter((kind) => valueIn(item, kind) !== undefined);
  if (kinds.length > 1) return report(at(item), "deliver-invalid/several");
  const github = valueIn(item, "github");
  if (github !== undefined) return readGithub(github, report);
  const file = valueIn(item, "file");
  if (file !== undefined) return readFile(file, report);
  const exec = valueIn(item, "exec");
  if (exec !== undefined) return readExec(exec, report);
  return item.items.length === 0 ? report(at(item), "deliver-invalid/none") : undefined;
}

function readGithub(node: Value, report: Report): Sink | undefined {
  const repository = textIn(node, "repository", OWNER_AND_NAME, "repository", report);
  const secret = textIn(
    node,
    "secret",
    /^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]{0,199}$/i,
    "secret",
    report,
  );
  // With @ or # it could not be told from what stands beside it in a destination; the others would mean
  // something in an address, of which it becomes a part.
  const environment = textIn(
    node,
    "environment",
    /^(?!\s|\.$)(?!.*\.\.)[^@#%?/\\]{1,255}(?<!\s)$/,
    "environment",
    report,
  );
  if (repository === undefined || secret === undefined) return undefined;
  if (valueIn(node, "environment") === undefined) return { kind: "github", repository, secret };
  return environment === undefined
    ? undefined
    : { kind: "github", repository, secret, environment };
}

function readFile(node: Value, report: Report): Sink | undefined {
  const path = textIn(node, "path", /^(?![/~])[^\\]{1,500}$/, "path", report);
  const variable = textIn(node, "variable", VARIABLE, "variable", report);
  const format = textOf(valueIn(node, "format"));
  const parts = path?.split("/") ?? [];
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    return report(at(valueIn(node, "path") ?? node), "deliver-invalid/path");
  }
  if (path === undefined || variable === undefined) return undefined;
  return format === "dotenv" || format === "json"
    ? { kind: "file", path, format, variable }
    : undefined;
}

function readExec(node: Value, report: Report): Sink | undefined {
  if (!isSeq<Value>(node)) return undefined;
  if (node.items.length === 0) return report(at(node), "deliver-invalid/nothing");
  const argv: string[] = [];
  for (const [index, item] of node.items.entries()) {
    const text = textOf(item);
    if (text === undefined) return undefined;
    const isFit = text !== "" && text.length <= LONGEST && !/\s/.test(text) && !CONTROL.test(text);
    if (!isFit) return report(at(item), "deliver-invalid/argument");
    const isProgram = /^(?!-)(?:\/.*[^/]|[^/]+)$/.test(text);
    if (index === 0 && !isProgram) return report(at(item), "deliver-invalid/program");
    argv.push(text);
  }
  return { kind: "exec", argv };
}

type Part = "repository" | "secret" | "environment" | "path" | "variable";

function textIn(
  node: Value,
  field: string,
  form: RegExp,
  part: Part,
  report: Report,
): string | undefined {
  const value = valueIn(node, field);
  const text = canonicalTextOf(value);
  if (value === undefined || isReported(value) || text === undefined || text === "")
    return undefined;
  if (form.test(text) && !CONTROL.test(text)) return text;
  const what: MessageKey = `deliver-invalid/${part}`;
  return report(at(value), what);
}
