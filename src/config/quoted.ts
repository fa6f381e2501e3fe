import type { Located } from "./located.ts";

/** The value as a message shows it, long ones cut. */
export function quoted(node: Located): string {
  if (node.kind !== "scalar") return "this";
  const text = node.source.length > 40 ? `${node.source.slice(0, 40)}…` : node.source;
  return typeof node.value === "string" ? `"${text}"` : text || "nothing";
}
