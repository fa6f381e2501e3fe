import type { Code } from "../model/codes.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { type Result, err, ok } from "../model/result.ts";

/** A file's name, as the user gave it, and its text without a byte order mark. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** 10 MB: a thousand keys, the most an account holds, need a twentieth of it. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** The text of a file: UTF-8, with or without a byte order mark, of at most 10 MB. */
export function decodeSource(file: string, bytes: Uint8Array): Result<SourceText, Diagnostic> {
  if (bytes.length > MAX_FILE_BYTES) return err(fileTooLarge(file));
  if (looksLikeUtf16(bytes)) {
    return err(encodingError(file, "the file is UTF-16, not UTF-8", "save it as UTF-8"));
  }
  const text = decodeUtf8(bytes);
  return text === undefined ? err(notUtf8(file, bytes)) : ok({ file, text });
}

/** Said before such a file is read, and after, should it have grown meanwhile. */
export function fileTooLarge(file: string): Diagnostic {
  return {
    severity: "error",
    code: "file-too-large",
    message: "the file is larger than 10 MB (10485760 bytes)",
    fix: "give the file that lists the keys, or split it into several",
    at: { file, line: 1, column: 1 },
  };
}

/** A byte order mark, or a zero byte beside the first character, which ASCII has in UTF-16. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  const mark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return mark || (first === 0) !== (second === 0);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function notUtf8(file: string, bytes: Uint8Array): Diagnostic {
  let line = 1;
  let start = 0;
  // A line feed is never part of a longer UTF-8 sequence, so lines can be tried one by one.
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) break;
    line += 1;
    start = end + 1;
  }
  const end = bytes.indexOf(LINE_FEED, start);
  const broken = bytes.subarray(start, end < 0 ? bytes.length : end);
  const column = columnOfFirstBadByte(broken);
  const fix = "save the file as UTF-8 (it looks like Latin-1 or another older encoding)";
  return encodingError(file, "the file is not valid UTF-8", fix, line, column);
}

function columnOfFirstBadByte(line: Uint8Array): number {
  let good = "";
  for (const character of new TextDecoder("utf-8").decode(line)) {
    const next = good + character;
    const length = new TextEncoder().encode(next).length;
    if (character === "\uFFFD" && decodeUtf8(line.subarray(0, length)) !== next) break;
    good = next;
  }
  return Array.from(good).length + 1;
}

function encodingError(
  file: string,
  message: string,
  fix: string,
  line = 1,
  column = 1,
): Diagnostic {
  const code: Code = "file-encoding";
  return { severity: "error", code, message, fix, at: { file, line, column } };
}
