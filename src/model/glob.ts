/** Whether whole texts match a glob: `*` is any text, `?` one character, the rest itself. */
export function globMatcher(glob: string): (text: string) => boolean {
  const pattern = Array.from(glob);
  return (text) => matches(pattern, Array.from(text));
}

function matches(pattern: readonly string[], letters: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  // Only the last star is ever widened, so that many stars take no longer than one.
  for (let letter = 0; letter < letters.length;) {
    if (pattern[at] === "*") {
      star = at;
      retry = letter;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === letters[letter])) {
      at += 1;
      letter += 1;
    } else if (star >= 0) {
      at = star + 1;
      retry += 1;
      letter = retry;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((rest) => rest === "*");
}

/** Whether `--only` takes a name in; without any pattern it takes in all. */
export function isChosen(name: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((pattern) => globMatcher(pattern)(name));
}
