import type { Diagnostic } from "../model/diagnostic.ts";
import { type Result, err, ok } from "../model/result.ts";

/** A file's name, as the user gave it, and its text without a byte order mark. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** 10 MB: a thousand keys, the most an account holds, need a twentieth of it. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

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

/** With `cut`, a character that the bytes end in the middle of is left out; else it is refused. */
function decodeUtf8(bytes: Uint8Array, cut = false): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return undefined;
  }
}

function notUtf8(file: string, bytes: Uint8Array): Diagnostic {
  const lines = soundBeginning(bytes).split("\n");
  const column = Array.from(lines.at(-1) ?? "").length + 1;
  const fix = "save the file as UTF-8 (it looks like Latin-1 or another older encoding)";
  return encodingError(file, "the file is not valid UTF-8", fix, lines.length, column);
}

/** The text before the first byte that is not UTF-8, searched for by halves. */
function soundBeginning(bytes: Uint8Array): string {
  let [sound, length] = [0, bytes.length];
  while (sound < length) {
    const middle = Math.ceil((sound + length) / 2);
    if (decodeUtf8(bytes.subarray(0, middle), true) === undefined) length = middle - 1;
    else sound = middle;
  }
  return decodeUtf8(bytes.subarray(0, sound), true) ?? "";
}

function encodingError(
  file: string,
  message: string,
  fix: string,
  line = 1,
  column = 1,
): Diagnostic {
  return { severity: "error", code: "file-encoding", message, fix, at: { file, line, column } };
}
