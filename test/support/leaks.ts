/** Runs of this many characters of a secret must never be seen. */
const RUN = 8;

/** Those runs of `secrets` that stand in `text`. */
export function leaksIn(text: string, secrets: readonly string[]): readonly string[] {
  const found = secrets.flatMap((secret) => {
    const runs = Array.from({ length: secret.length - RUN + 1 }, (_, at) =>
      secret.slice(at, at + RUN),
    );
    return runs.filter((run) => text.includes(run));
  });
  return [...new Set(found)];
}
