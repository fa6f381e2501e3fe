import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeBlock, escapeCode, escapeMarkdown } from "../../src/render/escape-markdown.ts";
import { cellsOf, readMarkdown } from "./markdown-reader.ts";
import { HOSTILE } from "./plan-cases.ts";

const ZWSP = "\u200B";

/** Hostile pieces, joined in any way. */
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" })), { maxLength: 6 })
  .map((pieces) => pieces.join(""));

describe("escapeMarkdown", () => {
  test.each([
    ["emphasis", "**a** _b_ ~~c~~", `\\*\\*a\\*\\* \\_b\\_ \\~\\~${ZWSP}c\\~\\~`],
    ["a cell border", "a|b", "a\\|b"],
    ["a backslash before a cell border", "a\\|b", "a\\\\\\|b"],
    ["a code span", "`a`", "\\`a\\`"],
    ["a mention", "@here", `@${ZWSP}here`],
    ["a mention written as an entity", "&#64;here", `\\&\\#${ZWSP}64;here`],
    ["HTML", "</details>", "‹/details\\>"],
    ["a hidden marker", "<!-- x -->", "‹\\!-- x --\\>"],
    ["a link", "[a](javascript:b)", `\\[${ZWSP}a\\]\\(javascript:b\\)`],
    ["an address", "https://a.b", `https:${ZWSP}//a.b`],
    ["an address without a scheme", "www.a.b", `www${ZWSP}.a.b`],
    ["an e-mail address", "a@b.c", `a@${ZWSP}b.c`],
    ["a reference to an issue", "o/r#12 GH-3", `o/r\\#${ZWSP}12 GH-${ZWSP}3`],
    ["a commit", "deadbeefcafe", `deadbe${ZWSP}efcafe`],
    ["an emoji", ":tada:", `:${ZWSP}tada:`],
    ["a formula", "$x$", `\\$${ZWSP}x\\$`],
    ["a bullet", "- a", "\\- a"],
    ["a number of a list", "12. a", "12\\. a"],
    ["a heading", "# a", "\\# a"],
    ["a line end", "a\r\n\r\nb", "a\\\\u000d\\\\u000a\\\\u000d\\\\u000ab"],
    ["a direction override", "a\u202Eb", "a\\\\u202eb"],
  ])("takes its meaning from %s", (_, text, shown) => expect(escapeMarkdown(text)).toBe(shown));

  test.each(["ci-prod", "team a", "漢字", "gpt-4o", "2027-01-31T00:00:00Z", "10 %"])(
    "leaves %s as it is written",
    (text) => expect(escapeMarkdown(text)).toBe(text),
  );

  test("any text stays in its cell and its line, and forges and notifies nothing", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = escapeMarkdown(text);
        expect(cellsOf(`| ${shown} | x |`)).toHaveLength(2);
        expect(shown).not.toMatch(/[<\n]|@(?!\u200B)|##\[/);
        expect(shown.replaceAll(ZWSP, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test("without the backslashes and zero-width spaces, the text is what a terminal would show", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const shown = escapeMarkdown(text).replaceAll(ZWSP, "").replaceAll(/\\(.)/g, "$1");
        expect(shown.replaceAll("‹", "<").replaceAll("\\u005b", "[")).toBe(
          text.replaceAll("\\u005b", "["),
        );
      }),
    );
  });
});

describe("code blocks", () => {
  test.each([
    ["HTML", "</details>", "‹/details>"],
    ["a mention", "@here", `@${ZWSP}here`],
    ["a control character", "a\u0000\u001Bb", "a\\u0000\\u001bb"],
    ["a line end", "a\nb", "a\\u000ab"],
    ["a workflow command", "##[error]x", "##\\u005berror]x"],
  ])("take its meaning from %s", (_, text, shown) => expect(escapeCode(text)).toBe(shown));

  test("leave Markdown as it is written", () => {
    expect(escapeCode("**a** | `b` [c](d) # e")).toBe("**a** | `b` [c](d) # e");
  });

  test("have a fence longer than any run of backticks in them", () => {
    expect(codeBlock("diff", ["+ a"])).toBe("```diff\n+ a\n```");
    expect(codeBlock("diff", ["a ```` b", "`"])).toBe("`````diff\na ```` b\n`\n`````");
  });

  test("hold any lines whole", () => {
    fc.assert(
      fc.property(fc.array(hostile), (texts) => {
        const lines = texts.map(escapeCode);
        const read = readMarkdown(codeBlock("diff", lines));
        expect(read.closed).toBe(true);
        expect(read.blocks.map((block) => block.lines)).toEqual([lines]);
      }),
    );
  });
});
