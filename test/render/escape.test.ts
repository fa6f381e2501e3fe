import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeTerminal } from "../../src/render/escape.ts";

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
