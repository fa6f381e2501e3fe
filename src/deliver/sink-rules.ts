/** Longer than any path, argument or name that a sink needs; matching stays short below it. */
export const LONGEST_TEXT = 4_096;

/** White space, control characters, what formats without being seen, and halves of pairs. */
export const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}]/u;

/** The same but for the space itself, which names of files and environments may hold. */
export const UNSEEN_IN_NAME = /[^\S ]|[\p{Cc}\p{Cf}\p{Cs}]/u;

/**
 * Whether a whole text matches: `*` is any text, also none, the rest itself. The first place where a
 * part fits is as good as any later one, so nothing is ever tried twice.
 */
export function matchesStars(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const [head = "", ...parts] = pattern.split("*");
  const tail = parts.pop() ?? "";
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

/** The same between `/` and `/`, where both were split, so that no `*` matches one. */
export function matchesParts(patterns: readonly string[], parts: readonly string[]): boolean {
  return (
    patterns.length === parts.length &&
    patterns.every((pattern, at) => matchesStars(pattern, parts[at] ?? ""))
  );
}

/** Without an empty part, `.` or `..`, and relative on every system. */
export function isPlainPath(path: string): boolean {
  return (
    path.length <= LONGEST_TEXT &&
    !/[\\:]/.test(path) &&
    !UNSEEN_IN_NAME.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/**
 * Whether a program could climb out of a folder by this argument. Programs put an argument into
 * addresses too: there `%2e` is a point, and what follows a path begins with `?`, `#`, `&` or `;`.
 */
export function climbs(argument: string): boolean {
  const decoded = argument.replaceAll(/%2e/gi, ".").replaceAll(/%(?:2f|5c)/gi, "/");
  return decoded.split(/[/\\=:,;?#&@]/).includes("..");
}

/** A program by its name alone: it is looked up in PATH. */
export function isBareName(program: string): boolean {
  return !/[/\\]/.test(program) && !/^(?:-|\.{1,2}$|$)/.test(program);
}

/** GitHub's names know no letter case; of other alphabets nothing is known, so theirs is kept. */
export function foldCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
