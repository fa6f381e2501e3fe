import { err, ok, type Result } from "../model/result.ts";

/** Parses JSON and words a failure as Go's decoder does; the server hands that text to clients. */
export function parseGoJson(text: string): Result<unknown, string> {
  if (text.trim() === "") return err("EOF");
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return err(wordFailure(text, error instanceof Error ? error.message : ""));
  }
}

function wordFailure(text: string, message: string): string {
  if (/end of JSON input|Unterminated string/.test(message)) return "unexpected EOF";
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined && Number(position) >= text.trimEnd().length) return "unexpected EOF";
  const named = /Unexpected token '?(.)/su.exec(message)?.[1];
  const found = named ?? text.charAt(Number(position ?? 0));
  return `invalid character '${found}' looking for beginning of value`;
}
