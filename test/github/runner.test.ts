import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { appendOutputs, appendSummary, maskCommand } from "../../src/github/runner.ts";
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

test("a pipe that nobody reads is not waited for", async () => {
  const path = join(tempFolder(), "fifo");
  execFileSync("mkfifo", [path]);
  const refused = { ok: false, error: { message: expect.stringContaining("cannot be written") } };
  expect(await appendSummary(path, "text")).toMatchObject(refused);
  expect(await appendOutputs(path, { a: 1 })).toMatchObject(refused);
});

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
    expect(await appendSummary(path, "more text")).toMatchObject({
      error: { message: "the job summary is full: it may hold 1 MiB" },
    });
    expect(readFileSync(path, "utf8")).toHaveLength(MIB - 10);
  });

  test("a path that cannot be written is a value", async () => {
    const folder = tempFolder();
    const missing = join(folder, "none", "s.md");
    expect(await appendSummary(missing, "x")).toEqual({
      ok: false,
      error: {
        message: "the file in GITHUB_STEP_SUMMARY cannot be written (ENOENT)",
      },
    });
    expect(await appendSummary(folder, "x")).toMatchObject({
      error: { message: "the file in GITHUB_STEP_SUMMARY cannot be written (EISDIR)" },
    });
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
      error: { message: '"a=b" cannot name an output' },
    });
    expect(readFileSync(path, "utf8")).toBe("");
  });

  test("a path that cannot be written is a value", async () => {
    expect(await appendOutputs(tempFolder(), { a: 1 })).toMatchObject({
      error: {
        message: "the file in GITHUB_OUTPUT cannot be written (EISDIR)",
      },
    });
  });
});

test("a mask is one line, with what would end it escaped", () => {
  expect(maskCommand(new Secret("a%b\r\nc"))).toBe("::add-mask::a%25b%0D%0Ac");
});
