import type { Secret } from "../model/secret.ts";
import { cutText } from "../model/text.ts";

/** The end of what a program wrote to one stream. */
export interface Kept {
  readonly text: string;
  /** Whether something stood before it. */
  readonly isCut: boolean;
}

/** The end of what is said tells why a program failed. */
export const SAID_BYTES = 8_192;

/** Keeps the last bytes of a stream and drains the others, so that the program never waits for us. */
export function keepEnd(stream: NodeJS.ReadableStream | null, most = SAID_BYTES): () => Kept {
  const chunks: Buffer[] = [];
  let total = 0;
  let isCut = false;
  stream?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    total += chunk.length;
    for (let first = chunks[0]; first && total - first.length >= most; first = chunks[0]) {
      chunks.shift();
      total -= first.length;
      isCut = true;
    }
  });
  // A pipe that breaks has said all it will.
  stream?.on("error", () => {});
  return () => {
    const bytes = Buffer.concat(chunks);
    const end = bytes.subarray(Math.max(0, bytes.length - most));
    return { text: end.toString("utf8"), isCut: isCut || end.length < bytes.length };
  };
}

/** Runs of this many characters of a key are never shown. */
const RUN = 8;

/** Text that stands in for what was taken out. */
const MASK = "***";

/** Takes a key out of a text: whole or a part of it, as it is, in Base64 or in hexadecimal digits. */
export function withoutKey(key: Secret): (text: string) => string {
  const value = key.reveal();
  const bare = value.replace(/^sk-/, "");
  const forms = [value, bare].flatMap(formsOf);
  const runs = new Set<string>();
  for (const form of forms) {
    for (let at = 0; at + RUN <= form.length; at += 1) runs.add(form.slice(at, at + RUN));
  }
  const short = forms.filter((form) => form !== "" && form.length < RUN);
  return (text) =>
    short.reduce((shown, form) => shown.replaceAll(form, MASK), withoutRuns(text, runs));
}

function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  // Where something stands before it, Base64 cuts it at other places; the first characters hold both.
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.replace(/=+$/, "").slice(before === 0 ? 0 : before + 1);
  });
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const hex = bytes.toString("hex");
  return [value, ...base64, ...urlSafe, hex, hex.toUpperCase()];
}

function withoutRuns(text: string, runs: ReadonlySet<string>): string {
  let shown = "";
  let end = -1;
  for (let at = 0; at + RUN <= text.length; at += 1) {
    if (!runs.has(text.slice(at, at + RUN))) continue;
    // Runs that touch each other are one part of the key.
    if (at > end) shown += text.slice(Math.max(0, end), at) + MASK;
    end = at + RUN;
  }
  return shown + text.slice(Math.max(0, end));
}

const MOST_POINTS = 200;

/** What a program said, for a message: its first line and its last, cleaned; empty where it said nothing. */
export function shortOf(kept: Kept, clean: (text: string) => string): string {
  // Colours go first: in the middle of a key they would hide it from what takes it out.
  const visible = kept.text
    .replaceAll(/\p{Cc}\[[0-?]*[ -/]*[@-~]/gu, "")
    .replaceAll("\r", "\n")
    .replaceAll("\t", " ")
    .replaceAll(/(?!\n)[\p{Cc}\p{Cf}]/gu, "");
  const whole = clean(visible);
  // The cut may have left less of a key than can be told from other text.
  const text = kept.isCut ? whole.slice(RUN) : whole;
  const lines = text.split("\n").flatMap((line) => {
    const trimmed = line.trim();
    return trimmed === "" ? [] : [cutText(trimmed, MOST_POINTS)];
  });
  const [first = "", ...others] = lines;
  const last = others.at(-1);
  if (last === undefined) return first;
  return others.length === 1 ? `${first} / ${last}` : `${first} … ${last}`;
}
