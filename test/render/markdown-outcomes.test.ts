import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { renderOutcomeComment } from "../../src/render/markdown-outcomes.ts";
import * as fc from "../support/fast-check.ts";
import { hostileText } from "../support/hostile-text.ts";

const LIMIT = 4_000;
const ROOM = 1_000;

const text = fc.oneof(
  hostileText,
  fc.constantFrom(
    "<!-- cometkeys:outcome -->",
    "a\n<!-- cometkeys:outcome -->\nb",
    "@acme/all",
    "cc @acme, <details>",
    `Digest: \`sha256:${"0".repeat(64)}\``,
  ),
);

const outcomes: fc.Arbitrary<readonly Outcome[]> = fc.array(
  fc.record({
    action: fc.constantFrom<Outcome["action"][]>("create", "update", "delete"),
    name: text,
    status: fc.constantFrom<Outcome["status"][]>("done", "failed", "unknown", "not_attempted"),
    error: fc.record({ code: fc.constant("change-failed" as const), message: text }),
  }),
  { maxLength: 60 },
);

const diagnostics: fc.Arbitrary<readonly Diagnostic[]> = fc.array(
  fc.record({
    severity: fc.constant("error" as const),
    code: fc.constant("not-as-reviewed" as const),
    message: text,
  }),
  { maxLength: 20 },
);

test("whatever a server and a file say, an outcome fits, opens no tag and mentions nobody", () => {
  fc.assert(
    fc.property(outcomes, diagnostics, fc.constantFrom(0, 6, 7), (ended, found, code) => {
      const shown = renderOutcomeComment(
        { outcomes: ended, diagnostics: found, code, runUrl: undefined, commit: undefined },
        { limit: LIMIT, clean: (one) => one },
      );
      expect(shown.length).toBeLessThanOrEqual(LIMIT + ROOM);
      expect(shown).not.toMatch(/<(?!br>)/);
      expect(shown).not.toMatch(/(^|[^\\`\w])@\w/m);
      expect(shown).not.toMatch(/^Digest: /m);
    }),
  );
});

test("a run that changed nothing says why, and the counts of one that did stand above what failed", () => {
  const commit = "b".repeat(40);
  const nothing = renderOutcomeComment(
    {
      outcomes: [],
      diagnostics: [{ severity: "error", code: "not-as-reviewed", message: "no list" }],
      code: 9,
      runUrl: undefined,
      commit,
    },
    { limit: LIMIT, clean: (one) => one },
  );
  expect(nothing).toBe(
    "## ❌ Not applied\n\nBy this run, commit bbbbbbbbbbbb; exit code 9.\n\n**1 error**\n\n- `not-as-reviewed` no list\n",
  );
});
