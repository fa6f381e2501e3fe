import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  parseBaseUrl,
  readAccess,
  readServerSettings,
  readToken,
  readUserId,
} from "../../src/run/access.ts";
import type { ServerFlags } from "../../src/run/options.ts";
import { fakeTerminal } from "../support/fake-io.ts";

test.each(["https://example.com/v1", "https://example.com/v1/", "https://example.com/gate/v1"])(
  "a base URL as the official command line has it is taken without its /v1 (%s)",
  (text) => {
    const url = text.replace(/\/v1\/?$/, "");
    expect(parseBaseUrl(text, "--base-url")).toMatchObject({ ok: true, value: { url } });
  },
);

describe("a base URL is the address of the server alone", () => {
  test.each([
    ["https://api.cometapi.com", "https://api.cometapi.com", false],
    ["https://api.cometapi.com/", "https://api.cometapi.com", false],
    ["https://api.cometapi.com///", "https://api.cometapi.com", false],
    ["https://Gateway.Example:8443/keys/", "https://gateway.example:8443/keys", false],
    ["https://example.com:443", "https://example.com", false],
    ["https://example.com/apix", "https://example.com/apix", false],
    ["http://localhost:3000/", "http://localhost:3000", true],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080", true],
    ["http://127.9.9.9", "http://127.9.9.9", true],
    ["http://[::1]:8080", "http://[::1]:8080", true],
    ["https://localhost", "https://localhost", true],
  ])("%s", (text, url, loopback) => {
    expect(parseBaseUrl(text, "--base-url")).toEqual({ ok: true, value: { url, loopback } });
  });

  test.each([
    ["", /not an http\(s\) URL/],
    ["api.cometapi.com", /not an http\(s\) URL/],
    ["ftp://example.com", /not an http\(s\) URL/],
    ["file:///etc/passwd", /not an http\(s\) URL/],
    ["localhost:3000", /not an http\(s\) URL/],
    ["https://user:pass@example.com", /user name or password/],
    ["https://user@example.com", /user name or password/],
    ["https://example.com/?x=1", /query or fragment/],
    ["https://example.com/#x", /query or fragment/],
    [
      "https://example.com/v1/models",
      /"\/v1\/models" does not belong.*write https:\/\/example\.com$/,
    ],
    [
      "https://example.com/api/token/",
      /"\/api\/token" does not belong.*write https:\/\/example\.com$/,
    ],
    ["https://example.com/x/api", /"\/api" does not belong.*write https:\/\/example\.com\/x$/],
    ["http://example.com", /plain http would show the access token.*use https/],
    ["http://127.0.0.1.example.com", /plain http/],
    ["http://localhost.example.com", /plain http/],
    ["http://10.0.0.1", /plain http/],
  ])("%j is refused", (text, expected) => {
    const result = parseBaseUrl(text, "COMETAPI_BASE_URL");
    const said = result.ok ? "accepted" : `${result.error.message} ${result.error.fix}`;
    expect(said).toMatch(/^COMETAPI_BASE_URL: /);
    expect(said).toMatch(expected);
    expect(said).not.toContain("pass@");
  });
});

describe("the server settings", () => {
  const read = (flags: ServerFlags, env = {}) => {
    const result = readServerSettings(flags, env);
    return result.ok ? result.value : result.error.map(({ message }) => message);
  };

  test("have defaults", () => {
    expect(read({})).toEqual({
      baseUrl: { url: "https://api.cometapi.com", loopback: false },
      concurrency: 8,
      timeoutMs: 30_000,
      deadlineMs: 900_000,
      settleMs: 5_000,
    });
  });

  test("take the address from the environment, the flag before it, and an empty one as none", () => {
    const env = { COMETAPI_BASE_URL: " https://env.example " };
    expect(read({}, env)).toMatchObject({ baseUrl: { url: "https://env.example" } });
    const flags = { baseUrl: "https://flag.example" };
    expect(read(flags, env)).toMatchObject({ baseUrl: { url: "https://flag.example" } });
    expect(read({}, { COMETAPI_BASE_URL: " " })).toMatchObject({
      baseUrl: { url: "https://api.cometapi.com" },
    });
  });

  test("tell all mistakes at once, each with its flag", () => {
    const flags = {
      baseUrl: "x",
      concurrency: "65",
      timeout: "0s",
      deadline: "30",
      settle: "99ms",
    };
    expect(read(flags)).toEqual([
      "--base-url: not an http(s) URL",
      "--concurrency 65: not a number from 1 to 64",
      "--timeout 0s: at least 1ms",
      "--deadline 30: not a duration",
      "--settle 99ms: at least 100ms",
    ]);
  });

  test.each([
    ["24d", { timeoutMs: 2_073_600_000 }],
    ["25d", ["--timeout 25d: at most 24d"]],
  ])("a --timeout of %s is bounded by what timers hold", (timeout, expected) => {
    expect(read({ timeout })).toMatchObject(expected);
  });
});

type Env = Readonly<Record<string, string>>;

/** The token as it is used, or `code: message` and the fix. */
async function readTokenText(env: Env, file?: string): Promise<string> {
  const result = await readToken(file, env, () => {});
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

test("a token that is fit is known as a whole, whatever it looks like", async () => {
  const token = "x+ABCDEFGHIJKL=/NAME=zt7qw2er9ty4";
  const known: string[] = [];
  const read = await readToken(fileWith(token), {}, (secret) => void known.push(secret));
  expect([read.ok, known]).toEqual([true, [token]]);
});

describe("the access token", () => {
  test.each(["abc123+/=", "a", " abc123\n"])(
    "%j is taken raw, without what surrounds it",
    async (text) => {
      expect(await readTokenText(withToken(text))).toBe(text.trim());
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
    [withToken('abcdefgh"i'), /^credentials-unfit/],
  ])("%j is refused with the variable's name and without its value", async (env, expected) => {
    const said = await readTokenText(env);
    expect(said).toMatch(expected);
    expect(said).toContain("COMETAPI_ACCESS_TOKEN");
    expect(said).not.toContain("abcdefgh");
  });
});

describe("the token file", () => {
  test("goes before the variable", async () => {
    expect(await readTokenText(withToken("from-env"), fileWith("from-file\n"))).toBe("from-file");
  });

  test.each([
    ["", /^credentials-missing: --token-file .* is empty/],
    ["TOKEN=abcdefgh x", /^credentials-unfit: the file of --token-file .*white space/],
    ["sk-abcdefgh", /^credentials-unfit: the file of --token-file .*model key/],
  ])("with %j is refused", async (content, expected) => {
    const said = await readTokenText(withToken("from-env"), fileWith(content));
    expect(said).toMatch(expected);
    expect(said).not.toContain("abcdefgh");
  });

  test("that cannot be read is told without its path, which may be the token", async () => {
    const said = await readTokenText({}, "/no/such/abcdefgh");
    expect(said).toMatch(/^credentials-missing: --token-file cannot be read \(ENOENT\)/);
    expect(said).not.toContain("abcdefgh");
  });
});

test.each([
  ["true", "::add-mask::a%25b\n"],
  ["", ""],
])("is masked before its first use, in GitHub Actions alone (%j)", async (actions, written) => {
  const io = fakeTerminal({ ...withToken("a%b"), GITHUB_ACTIONS: actions }, () => "");
  expect((await readAccess({}, io)).ok).toBe(true);
  expect(io.written().stderr).toBe(written);
});

test("the server's address stays whole, whatever it sends as a key", async () => {
  const url = "https://gate.example/tenant12345prod";
  const io = fakeTerminal({ ...withToken("tokentoken"), COMETAPI_BASE_URL: url }, () => "");
  await readAccess({}, io);
  io.redactor.addKey(`tenant12345prod${"aB3".repeat(9)}`);
  expect(io.redactor.clean(`asked ${url}`)).toBe(`asked ${url}`);
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
