import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeTerminal } from "../../src/render/escape.ts";

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
