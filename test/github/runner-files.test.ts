import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitMarkdown } from "../../src/github/fit-markdown.ts";
import { maskCommand } from "../../src/github/mask.ts";
import { commentMarker } from "../../src/github/marker.ts";
import { appendOutputs } from "../../src/github/outputs.ts";
import { appendSummary } from "../../src/github/summary.ts";
import { Secret } from "../../src/model/secret.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MIB = 1024 * 1024;

/** Reads an output file as the runner does. */
function readOutputs(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [equals, heredoc] = [line.indexOf("="), line.indexOf("<<")];
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      values[line.slice(0, heredoc)] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else if (equals >= 0) {
      values[line.slice(0, equals)] = line.slice(equals + 1);
    }
  }
  return values;
}

describe("appendSummary", () => {
  test("adds to what the file holds, as a paragraph of its own", async () => {
    const path = join(tempFolder({ "s.md": "before" }), "s.md");
    expect(await appendSummary(path, "after")).toEqual({ ok: true, value: { cut: false } });
    expect(readFileSync(path, "utf8")).toBe("before\n\nafter\n");
  });

  test.each([0, 1, 500_000, MIB - 2000])(
    "keeps a file that holds %d bytes below 1 MiB and says what was cut",
    async (held) => {
      const path = join(tempFolder({ "s.md": "x".repeat(held) }), "s.md");
      const markdown = `<details>\n\n\`\`\`\`diff\n${"+ änderung\n".repeat(MIB / 8)}\`\`\`\`\n\n</details>\n`;
      expect(await appendSummary(path, markdown)).toEqual({ ok: true, value: { cut: true } });
      const text = readFileSync(path, "utf8");
      expect(Buffer.byteLength(text)).toBeLessThan(MIB);
      expect(Buffer.byteLength(text)).toBeGreaterThan(MIB - 200);
      expect(text).toMatch(/\n\+ änderung\n````\n\n<\/details>\n\n\*Cut here: .*\*\n$/);
    },
  );

  test("says that a full file takes no more, and leaves it as it is", async () => {
    const path = join(tempFolder({ "s.md": "x".repeat(MIB - 10) }), "s.md");
    expect(await appendSummary(path, "more text")).toMatchObject({ error: { kind: "full" } });
    expect(readFileSync(path, "utf8")).toHaveLength(MIB - 10);
  });

  test("a path that cannot be written is a value", async () => {
    const folder = tempFolder();
    const missing = join(folder, "none", "s.md");
    expect(await appendSummary(missing, "x")).toEqual({
      ok: false,
      error: {
        kind: "unwritable",
        message: "the file in GITHUB_STEP_SUMMARY cannot be written (ENOENT)",
      },
    });
    expect(await appendSummary(folder, "x")).toMatchObject({ error: { kind: "unwritable" } });
  });
});

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

describe("appendOutputs", () => {
  test("writes a line for each value, after what the file holds", async () => {
    const path = join(tempFolder({ out: "a=1\n" }), "out");
    await appendOutputs(path, { has_changes: true, exit_code: 0, digest: "abc<<x" });
    expect(readFileSync(path, "utf8")).toBe("a=1\nhas_changes=true\nexit_code=0\ndigest=abc<<x\n");
  });

  test("no value can end itself and set another output", async () => {
    const path = join(tempFolder({ out: "" }), "out");
    const hostile = "x\nEND_OF_VALUE_0\ndigest=forged\nEND_OF_VALUE_1\nhas_changes=false";
    await appendOutputs(path, { note: hostile, digest: "real" });
    expect(readOutputs(readFileSync(path, "utf8"))).toEqual({ note: hostile, digest: "real" });
  });

  test("any values come back as they were", async () => {
    const path = join(tempFolder(), "out");
    const part = fc.constantFrom("\n", "END_OF_VALUE_", "0", "1", "=", "<<", "a");
    const value = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(value, value, async (a, b) => {
        writeFileSync(path, "");
        await appendOutputs(path, { a, b });
        expect(readOutputs(readFileSync(path, "utf8"))).toEqual({ a, b });
      }),
    );
  });

  test("a name that could be read as something else refuses all", async () => {
    const path = join(tempFolder({ out: "" }), "out");
    expect(await appendOutputs(path, { ok: 1, "a=b": 2 })).toMatchObject({
      error: { kind: "name" },
    });
    expect(readFileSync(path, "utf8")).toBe("");
  });

  test("a path that cannot be written is a value", async () => {
    expect(await appendOutputs(tempFolder(), { a: 1 })).toMatchObject({
      error: {
        kind: "unwritable",
        message: "the file in GITHUB_OUTPUT cannot be written (EISDIR)",
      },
    });
  });
});

test("a mask is one line, with what would end it escaped", () => {
  expect(maskCommand(new Secret("a%b\r\nc"))).toBe("::add-mask::a%25b%0D%0Ac");
});

describe("commentMarker", () => {
  test("does not depend on order, repeats or ./", () => {
    const marker = commentMarker(["b.yaml", "a.yaml"], "prod");
    expect(commentMarker(["./a.yaml", "b.yaml", "a.yaml"], "prod")).toBe(marker);
    expect(marker).toMatch(/^<!-- cometkeys:[\da-f]{16} -->$/);
  });

  test("differs for other files and other environments", () => {
    const markers = [
      commentMarker(["a.yaml"], undefined),
      commentMarker(["a.yaml"], "prod"),
      commentMarker(["a.yaml"], "staging"),
      commentMarker(["a.yaml", "b.yaml"], undefined),
      commentMarker(["a.yamlb.yaml"], undefined),
    ];
    expect(new Set(markers).size).toBe(markers.length);
  });
});
