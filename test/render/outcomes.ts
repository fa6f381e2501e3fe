import type { Outcome } from "../../src/model/outcome.ts";

/** One outcome of every kind, one with text that a terminal would obey. */
export const OUTCOMES: readonly Outcome[] = [
  {
    action: "conflict",
    name: "twice",
    status: "not_attempted",
    error: { code: "duplicates", message: "2 live keys have this name" },
  },
  { action: "create", name: "fresh", status: "done", id: 11 },
  { action: "create", name: "ci", status: "done", id: 12 },
  {
    action: "create",
    name: "lost",
    status: "unknown",
    error: { code: "outcome-unknown", message: "no clear answer (ECONNRESET)" },
  },
  {
    action: "update",
    name: "raised",
    status: "done",
    id: 3,
    note: "9 quota units were given back",
  },
  {
    action: "update",
    name: "refused",
    status: "failed",
    id: 4,
    error: {
      code: "change-failed",
      message: 'the server refused: "令牌名称过长"\u001b[31m\n✓ all',
    },
  },
  { action: "delete", name: "old", status: "done", id: 5 },
];
