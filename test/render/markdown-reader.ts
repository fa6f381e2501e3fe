/** What a reader of Markdown sees outside and inside its fenced blocks. */
export interface ReadMarkdown {
  readonly prose: readonly string[];
  readonly blocks: readonly { readonly fence: string; readonly lines: readonly string[] }[];
  /** Whether every fence that was opened was closed. */
  readonly closed: boolean;
}

/** Splits a text at its fences by the rule of CommonMark: a closing fence is at least as long. */
export function readMarkdown(text: string): ReadMarkdown {
  const prose: string[] = [];
  const blocks: { fence: string; lines: string[] }[] = [];
  let open: { fence: string; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    const fence = /^ {0,3}(`{3,}|~{3,})([^`]*)$/.exec(line);
    if (open === undefined && fence?.[1] !== undefined) {
      open = { fence: fence[1], lines: [] };
      blocks.push(open);
    } else if (open === undefined) prose.push(line);
    else if (fence?.[1]?.startsWith(open.fence) && fence[2]?.trim() === "") open = undefined;
    else open.lines.push(line);
  }
  return { prose, blocks, closed: open === undefined };
}

/** The cells of a table row: a pipe that a backslash escapes does not end one. */
export function cellsOf(row: string): readonly string[] {
  const cells: string[] = [];
  let cell = "";
  for (const [token] of row.matchAll(/\\[!-/:-@[-`{-~]|[^]/g)) {
    if (token !== "|") cell += token;
    else {
      cells.push(cell.trim());
      cell = "";
    }
  }
  return cells.slice(1);
}
