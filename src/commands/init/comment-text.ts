import { escapeTerminal } from "../../render/escape.ts";

const LONGEST = 300;

/** Text for one line of a comment: nothing in it ends the line, hides, or is longer than a line. */
export function commentText(text: string): string {
  const points = Array.from(text);
  return escapeTerminal(points.length > LONGEST ? `${points.slice(0, LONGEST).join("")}…` : text);
}
