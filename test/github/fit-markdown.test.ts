import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { fitMarkdown } from "../../src/github/fit-markdown.ts";

describe("fitMarkdown", () => {
  const line = fc.constantFrom(
    "```",
    "````js",
    "~~~",
    "text",
    "<details>",
    "</details>",
    "  ```",
    "é",
  );

  test("stays within the limit and leaves nothing open that was closed before the cut", () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 60 }),
        fc.integer({ min: 8, max: 200 }),
        (lines, max) => {
          const text = lines.map((text) => `${text}\n`).join("");
          const fitting = fitMarkdown(text, max, "(cut)");
          if (fitting === undefined || fitting === text) return;
          expect(Buffer.byteLength(fitting)).toBeLessThanOrEqual(max);
          expect(fitting.endsWith("\n(cut)\n")).toBe(true);
          // A second cut of what is closed has nothing to close.
          const again = fitMarkdown(
            `${fitting}${"z".repeat(max)}\n`,
            Buffer.byteLength(fitting) + 7,
            "!",
          );
          expect(again).toBe(`${fitting}\n!\n`);
        },
      ),
    );
  });

  test("a fence is closed by one as long, a shorter one inside it is text", () => {
    const text = `\`\`\`\`\n\`\`\`\n${"x\n".repeat(50)}`;
    expect(fitMarkdown(text, 24, "!")).toBe("````\n```\nx\nx\nx\n````\n\n!\n");
  });
});
