import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import {
  codeBlock,
  displayWidth,
  escapeCode,
  escapeMarkdown,
  escapeTerminal,
} from "../../src/render/escape.ts";
import { cellsOf, readMarkdown } from "./markdown-reader.ts";
import { HOSTILE } from "./plan-cases.ts";

describe("escapeTerminal", () => {
  test.each([
    ["a colour sequence", "\u001B[31mred", "\\u001b[31mred"],
    ["line ends and tabs", "a\r\nb\tc", "a\\u000d\\u000ab\\u0009c"],
    ["a C1 control", "\u009B2J", "\\u009b2J"],
    ["a direction override", "a\u202Eb\u2066c", "a\\u202eb\\u2066c"],
    ["zero-width characters", "a\u200Bb\u200Dc\uFEFF", "a\\u200bb\\u200dc\\ufeff"],
    ["a line separator", "a\u2028b", "a\\u2028b"],
    ["a tag character", "a\u{E0041}b", "a\\u{e0041}b"],
    ["half of a pair", "a\uD83Db", "a\\ud83db"],
  ])("shows %s as an escape", (_, text, shown) => {
    expect(escapeTerminal(text)).toBe(shown);
  });

  test.each([
    "plain",
    "caf\u00e9",
    "\u6f22\u5b57",
    "\u{1F600}",
    "a\u00a0b",
    "::warning::",
    "<b>&`",
  ])("leaves %s alone", (text) => expect(escapeTerminal(text)).toBe(text));

  test("any text comes out as one line that moves and hides nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeTerminal(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test("what is escaped stays as it is when escaped again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = escapeTerminal(text);
        expect(escapeTerminal(once)).toBe(once);
      }),
    );
  });
});

describe("escapeTerminal and the commands of build servers", () => {
  test.each([
    ["at the beginning", "##[error]x", "##\\u005berror]x"],
    ["anywhere in a line", "a ##[group]b ##[c", "a ##\\u005bgroup]b ##\\u005bc"],
    ["behind more signs", "####[error]", "####\\u005berror]"],
    ["with a word before the bracket", "##vso[task.complete]", "##vso\\u005btask.complete]"],
    ["with characters in it that have no width", "#\u034F#\uFE0F[x]", "#\u034F#\uFE0F\\u005bx]"],
  ])("breaks a command %s", (_, text, shown) => expect(escapeTerminal(text)).toBe(shown));

  test.each(["#[a]", "# #[a]", "a[0]", "## [a]", "C#"])("leaves %s alone", (text) => {
    expect(escapeTerminal(text)).toBe(text);
  });

  test("no text keeps a command, and escaping twice changes nothing more", () => {
    const part = fc.constantFrom("#", "[", "]", "a", "\uFE0F", "\u200B", " ", "error");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const shown = escapeTerminal(parts.join(""));
        expect(shown.replaceAll(/\p{DI}/gu, "")).not.toContain("##[");
        expect(escapeTerminal(shown)).toBe(shown);
      }),
    );
  });
});

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
    ["a reference to a snippet", "$12", `\\$${ZWSP}12`],
    ["money, which holds nothing that is not seen", "($1.00)", "\\(\\$1.00\\)"],
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

test.each([
  ["", 0],
  ["abc", 3],
  ["é", 1],
  ["e\u0301", 1],
  ["中文", 4],
  ["ｆｕｌｌ", 8],
  ["한국", 4],
  ["🔑", 2],
  ["→", 1],
])("%j takes %i columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});
