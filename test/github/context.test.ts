import { describe, expect, test } from "vitest";
import { readGitHubContext } from "../../src/github/context.ts";

const PULL = {
  pull_request: {
    number: 7,
    head: { repo: { full_name: "acme/keys" } },
    base: { repo: { full_name: "acme/keys" } },
  },
};

async function contextOf(env: Readonly<Record<string, string>>, event?: unknown) {
  const text = typeof event === "string" ? event : JSON.stringify(event);
  return readGitHubContext(
    { GITHUB_ACTIONS: "true", GITHUB_EVENT_PATH: "/event.json", ...env },
    (path) =>
      path === "/event.json" && event !== undefined
        ? Promise.resolve(text)
        : Promise.reject(new Error("ENOENT")),
  );
}

describe("readGitHubContext", () => {
  test("is nothing outside of GitHub Actions", async () => {
    const read = () => Promise.resolve("{}");
    expect(await readGitHubContext({}, read)).toBeUndefined();
    expect(
      await readGitHubContext({ GITHUB_ACTIONS: "1", GITHUB_TOKEN: "x" }, read),
    ).toBeUndefined();
  });

  test("reads everything a pull request's run is told", async () => {
    const env = {
      GITHUB_API_URL: "https://github.example.com/api/v3/",
      GITHUB_REPOSITORY: "acme/keys",
      GITHUB_SHA: "0123456789ABCDEF0123456789abcdef01234567",
      GITHUB_TOKEN: "ghs_token",
      GITHUB_STEP_SUMMARY: "/summary.md",
      GITHUB_OUTPUT: "/output",
    };
    const context = await contextOf(env, PULL);
    expect(context).toMatchObject({
      apiUrl: "https://github.example.com/api/v3",
      repository: "acme/keys",
      sha: "0123456789abcdef0123456789abcdef01234567",
      pullRequest: 7,
      isFork: false,
      stepSummary: "/summary.md",
      output: "/output",
    });
    expect(context?.token?.reveal()).toBe("ghs_token");
    expect(JSON.stringify(context)).not.toContain("ghs_token");
  });

  test("needs no variable but the one that tells where it runs", async () => {
    expect(await readGitHubContext({ GITHUB_ACTIONS: "true" }, () => Promise.reject())).toEqual({
      apiUrl: "https://api.github.com",
    });
  });

  test("knows the proxy that leads to the API, if one can be read", async () => {
    const read = (HTTPS_PROXY: string) => contextOf({ HTTPS_PROXY, NO_PROXY: "a" });
    const proxy = { httpsProxy: "http://proxy:3128", noProxy: "a" };
    expect((await read("proxy:3128"))?.proxy).toEqual(proxy);
    expect((await read("socks5://proxy:1"))?.proxy).toBeUndefined();
  });

  test.each([
    ["an issue's comment on a pull request", { issue: { number: 8, pull_request: {} } }, 8],
    ["an issue's comment", { issue: { number: 8 } }, undefined],
    ["a push", { ref: "refs/heads/main" }, undefined],
    ["a number that is none", { pull_request: { number: "7" } }, undefined],
    ["a negative number", { pull_request: { number: -7 } }, undefined],
  ])("knows the pull request of %s", async (_, event, expected) => {
    expect((await contextOf({}, event))?.pullRequest).toBe(expected);
  });

  test.each([
    ["refs/pull/12/merge", 12],
    ["refs/heads/main", undefined],
    ["refs/pull/0/merge", undefined],
    ["refs/pull/12/merge/x", undefined],
  ])("falls back to the ref %s", async (ref, expected) => {
    expect((await contextOf({ GITHUB_REF: ref }))?.pullRequest).toBe(expected);
  });

  test("takes a pull request from another repository, or from a deleted one, for a fork", async () => {
    const base = { repo: { full_name: "acme/keys" } };
    const fork = { number: 7, head: { repo: { full_name: "mallory/keys" } }, base };
    const deleted = { number: 7, head: { repo: null }, base };
    expect((await contextOf({}, { pull_request: fork }))?.isFork).toBe(true);
    expect((await contextOf({}, { pull_request: deleted }))?.isFork).toBe(true);
    expect((await contextOf({}, { pull_request: { number: 7 } }))?.isFork).toBeUndefined();
  });

  test.each(["", "{", "null", "[]", '"text"', '{"pull_request":[]}', '{"issue":null}'])(
    "takes an event file that holds %j for one that says nothing",
    async (text) => {
      expect(await contextOf({ GITHUB_REPOSITORY: "acme/keys" }, text)).toEqual({
        apiUrl: "https://api.github.com",
        repository: "acme/keys",
      });
    },
  );

  test.each(["main", "0123456", `${"a".repeat(39)}/`, "g".repeat(40), "a".repeat(41)])(
    "takes %j for no commit, because it becomes part of a path",
    async (sha) => {
      expect((await contextOf({ GITHUB_SHA: sha }))?.sha).toBeUndefined();
    },
  );

  test.each(["acme", "acme/keys/x", "acme/..", "../keys", "acme/ke ys", "acme/keys?x"])(
    "takes %j for no repository, because it becomes part of a path",
    async (name) => {
      expect((await contextOf({ GITHUB_REPOSITORY: name }))?.repository).toBeUndefined();
    },
  );
});
