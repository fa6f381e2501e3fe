import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import { renderDiagnostic } from "../../src/render/diagnostic.ts";

/** A diagnostic on the only line of a file. */
function onLine(text: string, column: number, length?: number): Diagnostic {
  return {
    severity: "error",
    code: "name-invalid",
    message: "wrong",
    at: { file: "keys.yaml", line: 1, column, ...(length !== undefined && { length }) },
    frame: [{ line: 1, text, marked: true }],
  };
}

function frameOf(diagnostic: Diagnostic): readonly string[] {
  return renderDiagnostic(diagnostic).split("\n").slice(1);
}

describe("renderDiagnostic", () => {
  test("shows place, severity, code, frame, caret and fix", () => {
    const diagnostic: Diagnostic = {
      severity: "warning",
      code: "quota-zero",
      message: "nothing to spend",
      fix: "grant something",
      at: { file: "keys.yaml", line: 10, column: 3, length: 5 },
      frame: [
        { line: 9, text: "- name: a", marked: false },
        { line: 10, text: "  quota: 0", marked: true },
        { line: 11, text: "", marked: false },
      ],
    };
    expect(renderDiagnostic(diagnostic).split("\n")).toEqual([
      "keys.yaml:10:3: warning[quota-zero]: nothing to spend",
      "   9 | - name: a",
      "> 10 |   quota: 0",
      "     |   ^^^^^",
      "  11 |",
      "fix: grant something",
    ]);
  });

  test("one without a place is a line, and the fix", () => {
    const diagnostic: Diagnostic = { severity: "error", code: "usage", message: "no", fix: "yes" };
    expect(renderDiagnostic(diagnostic)).toBe("error[usage]: no\nfix: yes");
  });

  test("a mark of unknown length goes to the end of the line", () => {
    expect(frameOf(onLine("abc def", 5))).toEqual(["> 1 | abc def", "    |     ^^^"]);
  });

  test("a mark past the end of the line is one caret after it", () => {
    expect(frameOf(onLine("abc", 9, 4))).toEqual(["> 1 | abc", "    |    ^"]);
  });

  test("wide and combining characters take the columns a terminal gives them", () => {
    expect(frameOf(onLine("\u6f22\u5b57 x", 4, 1))).toEqual([
      "> 1 | \u6f22\u5b57 x",
      "    |      ^",
    ]);
    expect(frameOf(onLine("e\u0301 x", 4, 1))).toEqual(["> 1 | e\u0301 x", "    |   ^"]);
    expect(frameOf(onLine("\u{1F600} x", 3, 1))).toEqual(["> 1 | \u{1F600} x", "    |    ^"]);
  });

  test("tabs and escapes are spelled out, and the caret follows", () => {
    expect(frameOf(onLine("\tx", 2, 1))).toEqual(["> 1 | \\u0009x", "    |       ^"]);
    expect(frameOf(onLine("\u001B[2Jx", 1, 1))).toEqual(["> 1 | \\u001b[2Jx", "    | ^^^^^^"]);
  });

  test("a long line is cut around the column", () => {
    const [line = "", caret = ""] = frameOf(
      onLine(`${"a".repeat(500)}HERE${"b".repeat(500)}`, 501, 4),
    );
    expect(line).toMatch(/^> 1 \| …a{40}HEREb{56}…$/);
    expect(caret.indexOf("^")).toBe(line.indexOf("HERE"));
    expect(caret.match(/\^/g)).toHaveLength(4);
  });

  test("a line is as long as what is shown of it", () => {
    const unseen = "\u{E0001}";
    const [line = "", caret = ""] = frameOf(
      onLine(`${unseen.repeat(500)}HERE${unseen.repeat(500)}`, 501, 4),
    );
    expect(line).toMatch(/^> 1 \| …(?:\\u\{e0001\}){4}HERE(?:\\u\{e0001\}){6}…$/);
    expect(caret.indexOf("^")).toBe(line.indexOf("HERE"));
  });

  test("so is a path", () => {
    const file = "\u00AD".repeat(4_000);
    const text = renderDiagnostic({ ...onLine("a", 1), at: { file, line: 1, column: 1 } });
    expect(text.length).toBeLessThan(1_200);
  });

  test("file, message and fix cannot move the cursor", () => {
    const text = renderDiagnostic({
      severity: "error",
      code: "usage",
      message: "a\u001B[2Jb",
      fix: "c\nd",
      at: { file: "x\r.yaml", line: 1, column: 1 },
    });
    expect(text).toBe("x\\u000d.yaml:1:1: error[usage]: a\\u001b[2Jb\nfix: c\\u000ad");
  });
});

test.each(["::error title=x::leaked.yaml", "  ::stop-commands::a.yaml"])(
  "a path never begins a line as a command of GitHub's runner: %s",
  (file) => {
    const text = renderDiagnostic({ ...onLine("a", 1), at: { file, line: 1, column: 1 } });
    expect(text.split("\n").filter((line) => /^\s*::/.test(line))).toEqual([]);
    expect(text).toContain(`./${file}:1:1: error`);
  },
);
