import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { keepEnd, shortOf, withoutKey } from "../../src/deliver/program-output.ts";
import { KEY } from "../support/sink-programs.ts";

function said(text: string, isCut = false): string {
  return shortOf({ text, isCut }, withoutKey(new Secret(KEY)));
}

const BARE = KEY.slice(3);

describe("a key is taken out of what a program said", () => {
  test.each([
    ["whole", KEY],
    ["without its beginning", BARE],
    ["twice in a row", KEY + KEY],
    ["its first half", KEY.slice(0, 25)],
    ["a few of its characters", BARE.slice(10, 20)],
    ["over two lines", `${BARE.slice(0, 20)}\n${BARE.slice(20)}`],
    ["with a colour in it", `${BARE.slice(0, 5)}\u001B[1;31m${BARE.slice(5)}`],
    ["with what cannot be seen in it", BARE.replaceAll(/./g, "$&\u200B")],
    ["in Base64", Buffer.from(KEY).toString("base64")],
    ["its bare value in Base64", Buffer.from(BARE).toString("base64")],
    ["with a line's end in Base64", Buffer.from(`${KEY}\n`).toString("base64")],
    ["behind a name in Base64", Buffer.from(`me:${KEY}`).toString("base64")],
    ["behind a longer one", Buffer.from(`you:${KEY}`).toString("base64")],
    ["in Base64 of addresses", Buffer.from(KEY).toString("base64url")],
    ["in hexadecimal digits", Buffer.from(KEY).toString("hex")],
    ["in large ones", Buffer.from(KEY).toString("hex").toUpperCase()],
  ])("%s", (_, text) => {
    const shown = said(`got ${text}, and failed`);
    expect(shown).toContain("***");
    expect(shown).toContain("failed");
    for (let at = 0; at + 8 <= text.length; at += 1) {
      expect(shown).not.toContain(text.slice(at, at + 8));
    }
  });

  test("other text stays", () => {
    expect(said("permission denied: comet/ci")).toBe("permission denied: comet/ci");
  });

  test("even one that is shorter than any real one", () => {
    expect(withoutKey(new Secret("sk-abc"))("got sk-abc here")).toBe("got *** here");
  });

  test("what the cut left of one is left out with it", () => {
    expect(said(`${KEY.slice(-7)} failed`, true)).toBe("failed");
  });
});

describe("what a program said becomes one or two lines", () => {
  test.each([
    ["nothing", "\n \n", ""],
    ["one line", "failed\n", "failed"],
    ["two", "Error\r\n\r\n* denied\n", "Error / * denied"],
    ["more than two", "a\nb\nc\n", "a … c"],
    ["a line that was written over", "10%\r20%\rdone", "10% … done"],
    ["a long one", "x".repeat(300), `${"x".repeat(200)}…`],
  ])("%s", (_, text, shown) => {
    expect(said(text)).toBe(shown);
  });
});

test("of a long output the end is kept, and all of it is read", async () => {
  const chunks = Array.from({ length: 1_000 }, (_, at) =>
    Buffer.from(`${at} ${"x".repeat(100)}\n`),
  );
  const stream = Readable.from(chunks);
  const kept = keepEnd(stream);
  await finished(stream);
  expect(kept().text).toHaveLength(8_192);
  expect(kept().text).toContain("999 x");
  expect(kept().isCut).toBe(true);
});
