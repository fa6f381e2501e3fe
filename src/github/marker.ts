import { createHash } from "node:crypto";
import { posix } from "node:path";

/**
 * The first line of the one comment for this set of files and this environment: an HTML comment
 * that nobody sees. Order, repeats and a leading `./` of the files do not matter.
 */
export function commentMarker(files: readonly string[], environment: string | undefined): string {
  const set = [...new Set(files.map((file) => posix.normalize(file)))].toSorted();
  const identity = JSON.stringify([set, environment ?? null]);
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 16);
  return `<!-- cometkeys:${hash} -->`;
}
