/** What is open at some line: a code fence, and folded sections around it. */
interface Open {
  readonly fence: string | undefined;
  readonly details: number;
}

const NOTHING_OPEN: Open = { fence: undefined, details: 0 };

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/**
 * A text of at most `maxBytes` bytes in UTF-8: the whole, or as many lines from its beginning as
 * fit together with what closes an open code fence and open `<details>`, and with `note` as the last
 * line. `undefined` where not even the note fits.
 */
export function fitMarkdown(text: string, maxBytes: number, note: string): string | undefined {
  if (bytesOf(text) <= maxBytes) return text;
  let open = NOTHING_OPEN;
  let bytes = 0;
  let end = 0;
  let best: string | undefined = ending("", open, note);
  if (bytesOf(best) > maxBytes) return undefined;
  while (end < text.length) {
    const next = text.indexOf("\n", end) + 1 || text.length;
    const line = text.slice(end, next);
    bytes += bytesOf(line);
    if (bytes > maxBytes) break;
    open = after(open, line.trimEnd());
    end = next;
    const closed = ending(line, open, note);
    if (bytes + bytesOf(closed) <= maxBytes) best = text.slice(0, end) + closed;
  }
  return best;
}

function after(open: Open, line: string): Open {
  const [, marks, rest = ""] = FENCE.exec(line) ?? [];
  if (open.fence !== undefined) {
    const closes = marks?.startsWith(open.fence) === true && rest.trim() === "";
    return closes ? { ...open, fence: undefined } : open;
  }
  // A backtick after the backticks makes it text in a line, not the beginning of a block.
  if (marks !== undefined && !(marks.startsWith("`") && rest.includes("`"))) {
    return { ...open, fence: marks };
  }
  const opened = line.match(/<details[\s>]/gi)?.length ?? 0;
  const closed = line.match(/<\/details>/gi)?.length ?? 0;
  return { ...open, details: Math.max(0, open.details + opened - closed) };
}

/** Blank lines, because Markdown inside and after HTML begins only after one. */
function ending(lastLine: string, open: Open, note: string): string {
  const lineEnd = lastLine === "" || lastLine.endsWith("\n") ? "" : "\n";
  const fence = open.fence === undefined ? "" : `${open.fence}\n`;
  const details = "\n</details>\n".repeat(open.details);
  return `${lineEnd}${fence}${details}\n${note}\n`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
