/** Runs of this many characters of a secret are never printed. */
const RUN = 8;

/** Text that stands in for what was taken out. */
const MASK = "***";

export interface Redactor {
  /** Makes every later `clean` take this value out, whole or in part. */
  readonly add: (secret: string) => void;
  readonly clean: (text: string) => string;
}

/**
 * The last guard before anything leaves the process. Secrets are kept out of what is rendered by
 * construction; but a server may echo a token in a message, or send whole keys inside fields that
 * are shown. So every run of eight characters of a known secret is cut out, and so is anything
 * shaped like a model key.
 */
export function createRedactor(): Redactor {
  const runs = new Set<string>();
  return {
    add: (secret) => {
      for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) {
        for (let at = 0; at + RUN <= form.length; at += 1) runs.add(form.slice(at, at + RUN));
      }
    },
    clean: (text) => cutRuns(text.replace(/sk-[A-Za-z0-9]{20,}/g, `sk-${MASK}`), runs),
  };
}

function cutRuns(text: string, runs: ReadonlySet<string>): string {
  if (runs.size === 0) return text;
  let clean = "";
  let copied = 0;
  for (let at = 0; at + RUN <= text.length; at += 1) {
    if (!runs.has(text.slice(at, at + RUN))) continue;
    let end = at + RUN;
    while (end < text.length && runs.has(text.slice(end - RUN + 1, end + 1))) end += 1;
    clean += text.slice(copied, Math.max(copied, escapeAround(text, at)?.start ?? at)) + MASK;
    copied = escapeAround(text, end)?.end ?? end;
    at = copied - 1;
  }
  return clean + text.slice(copied);
}

/**
 * The JSON escape that `at` lies inside of. A cut that leaves half of one behind would turn a valid
 * document into text that no longer parses.
 */
function escapeAround(text: string, at: number): { start: number; end: number } | undefined {
  for (let start = Math.max(0, at - 5); start < at; start += 1) {
    if (text[start] !== "\\") continue;
    let first = start;
    while (text[first - 1] === "\\") first -= 1;
    if ((start - first) % 2 === 1) continue;
    const end = start + (text[start + 1] === "u" ? 6 : 2);
    if (at < end) return { start, end };
  }
  return undefined;
}
