import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readToken, readUserId } from "../../src/commands/credentials.ts";

type Env = Readonly<Record<string, string>>;

/** The token as it is used, or `code: message` and the fix. */
async function read(env: Env, file?: string): Promise<string> {
  const result = await readToken(file, env);
  if (result.ok) return result.value.reveal();
  const { code, message, fix } = result.error;
  return `${code}: ${message} | ${fix}`;
}

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "cometkeys-token-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "token");
  writeFileSync(path, content);
  return path;
}

const withToken = (token: string): Env => ({ COMETAPI_ACCESS_TOKEN: token });

describe("the access token", () => {
  test.each(["abc123+/=", "a", " abc123\n"])(
    "%j is taken raw, without what surrounds it",
    async (text) => {
      expect(await read(withToken(text))).toBe(text.trim());
    },
  );

  test.each([
    [{}, /^credentials-missing: COMETAPI_ACCESS_TOKEN is not set .*pull request from a fork/],
    [withToken(""), /^credentials-missing: COMETAPI_ACCESS_TOKEN is empty/],
    [withToken("  \n"), /^credentials-missing: COMETAPI_ACCESS_TOKEN is empty/],
    [withToken("Bearer abcdefgh"), /^credentials-unfit: .*begins with Bearer.*goes raw/],
    [withToken("bearer\tabcdefgh"), /^credentials-unfit: .*begins with Bearer/],
    [withToken("sk-abcdefgh"), /^credentials-unfit: .*a model key.*personal access token/],
    [withToken("abc def-gh"), /^credentials-unfit: .*white space/],
    [withToken("abcdefgh\nijk"), /^credentials-unfit: .*white space/],
    [withToken("abcdefgh\u0000"), /^credentials-unfit/],
    [withToken("abcdefghé"), /^credentials-unfit/],
  ])("%j is refused with the variable's name and without its value", async (env, expected) => {
    const said = await read(env);
    expect(said).toMatch(expected);
    expect(said).toContain("COMETAPI_ACCESS_TOKEN");
    expect(said).not.toContain("abcdefgh");
  });
});

describe("the token file", () => {
  test("goes before the variable", async () => {
    expect(await read(withToken("from-env"), fileWith("from-file\n"))).toBe("from-file");
  });

  test.each([
    ["", /^credentials-missing: --token-file .* is empty/],
    ["TOKEN=abcdefgh x", /^credentials-unfit: the file of --token-file .*white space/],
    ["sk-abcdefgh", /^credentials-unfit: the file of --token-file .*model key/],
  ])("with %j is refused", async (content, expected) => {
    const said = await read(withToken("from-env"), fileWith(content));
    expect(said).toMatch(expected);
    expect(said).not.toContain("abcdefgh");
  });

  test("that cannot be read is told without its path, which may be the token", async () => {
    const said = await read({}, "/no/such/abcdefgh");
    expect(said).toMatch(/^credentials-missing: --token-file cannot be read \(ENOENT\)/);
    expect(said).not.toContain("abcdefgh");
  });
});

describe("the user id", () => {
  test.each([
    [{}, undefined],
    [{ COMETAPI_USER_ID: "" }, undefined],
    [{ COMETAPI_USER_ID: " 5678 " }, 5678],
  ])("of %j", (env, value) => {
    expect(readUserId(env)).toEqual({ ok: true, value });
  });

  test.each(["0", "-1", "05", "1.5", "abc", "1e3", "9".repeat(16)])("%s is none", (text) => {
    expect(readUserId({ COMETAPI_USER_ID: text })).toMatchObject({
      ok: false,
      error: { code: "usage", message: "COMETAPI_USER_ID is not a number" },
    });
  });
});
