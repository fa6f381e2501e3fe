import { afterEach, describe, expect, test } from "vitest";
import { upsertComment } from "../../src/github/comment.ts";
import type { GitHubContext } from "../../src/github/context.ts";
import { commentMarker } from "../../src/github/find-comment.ts";
import { reviewedDigest } from "../../src/github/reviewed-digest.ts";
import { Secret } from "../../src/model/secret.ts";
import { renderPlanMarkdown } from "../../src/render/markdown.ts";
import { caseOf, hostileCase, planOf } from "../render/plan-cases.ts";
import { desiredKey } from "../support/records.ts";
import { startGitHubStub, type GitHubStub, type StubOptions } from "../support/github-stub.ts";

const MARKER = commentMarker(["keys.yaml"], "prod");
const BOT = "github-actions[bot]";
const SHA = "c".repeat(40);
const OTHER_SHA = "d".repeat(40);
const DIGEST = `sha256:${"1".repeat(64)}`;
const FORGED = `sha256:${"f".repeat(64)}`;
const LAST_LINE = `Digest: \`${DIGEST}\``;
const MERGED = { number: 7, merged: true, mergeCommit: SHA };

const running: GitHubStub[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((stub) => stub.close()));
});

async function start(options?: StubOptions): Promise<GitHubStub> {
  const stub = await startGitHubStub(options);
  running.push(stub);
  return stub;
}

/** A stub whose pull request 7 was merged as `SHA`, with our comment on it. */
async function merged(options?: StubOptions): Promise<GitHubStub> {
  const stub = await start(options);
  stub.addPulls(SHA, MERGED);
  stub.addComment(7, options?.login ?? BOT, `${MARKER}\n## Plan\n\n${LAST_LINE}\n`);
  return stub;
}

function contextOf(stub: GitHubStub, fields: Partial<GitHubContext> = {}): GitHubContext {
  const { url: apiUrl, repository } = stub;
  return { apiUrl, repository, token: new Secret(stub.token), sha: SHA, ...fields };
}

function read(stub: GitHubStub, fields: Partial<GitHubContext> = {}) {
  const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);
  return reviewedDigest({
    context: contextOf(stub, fields),
    marker: MARKER,
    fetch,
    timeoutMs: stub.patienceMs,
  });
}

async function problemOf(result: ReturnType<typeof read>): Promise<string> {
  const { ok, ...rest } = await result;
  return ok || !("error" in rest) ? "no problem" : rest.error.message;
}

describe("the reviewed digest", () => {
  test("is in our comment on the pull request whose merge made the commit, found by reads", async () => {
    const stub = await merged({ permission: "read" });
    expect(await read(stub)).toEqual({ ok: true, value: { digest: DIGEST } });
    expect(stub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /repos/acme/keys/commits/${SHA}/pulls?per_page=100`,
      "GET /user",
      "GET /repos/acme/keys/issues/7/comments?per_page=100&page=1",
    ]);
  });

  test("is the one plan --comment wrote, also with the line ends GitHub stores", async () => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    const { plan, diagnostics } = caseOf("mixed");
    const body = renderPlanMarkdown(plan, diagnostics, { heading: "cometkeys plan: prod" });
    const context = contextOf(stub, { pullRequest: 7 });
    await upsertComment({ context, marker: MARKER, body, fetch });
    expect(await read(stub)).toEqual({ ok: true, value: { digest: plan?.digest } });

    stub.addPulls(OTHER_SHA, { number: 8, merged: true, mergeCommit: OTHER_SHA });
    stub.addComment(8, BOT, `${MARKER}\n${body}`.replaceAll("\n", "\r\n"));
    expect(await read(stub, { sha: OTHER_SHA })).toEqual({
      ok: true,
      value: { digest: plan?.digest },
    });
  });

  test("comes with the hashes of its changes, from the line before it alone", async () => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    const { plan } = hostileCase(["[changes]: # (0123456789abcdef)"]);
    const body = renderPlanMarkdown(plan, [], { heading: "x", hashes: true });
    stub.addComment(7, BOT, `${MARKER}\n${body}`);
    const value = { digest: plan?.digest, hashes: plan?.hashes.flat() };
    expect(await read(stub)).toEqual({ ok: true, value });
  });

  test("comes with the hashes of as many changes as an account usually has keys", async () => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    const keys = Array.from({ length: 1_000 }, (_, at) =>
      desiredKey({ remain_quota: 5 }, `k${at}`),
    );
    const plan = planOf(keys, []);
    const body = renderPlanMarkdown(plan, [], { heading: "x", hashes: true });
    expect(body.length).toBeLessThanOrEqual(60_000);
    stub.addComment(7, BOT, `${MARKER}\n${body}`);
    const value = { digest: plan.digest, hashes: plan.hashes.flat() };
    expect(await read(stub)).toEqual({ ok: true, value });
  });

  test("is not taken from a comment of another author, although it bears our marker", async () => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    const forged = `${MARKER}\nDigest: \`${FORGED}\``;
    stub.addComment(7, "mallory", forged);
    expect(await problemOf(read(stub))).toContain("has no comment of");
    stub.addComment(7, BOT, `${MARKER}\n${LAST_LINE}`);
    stub.addComment(7, "mallory", forged);
    expect(await read(stub)).toEqual({ ok: true, value: { digest: DIGEST } });
  });

  test("is not taken from a comment for another environment or other files", async () => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    stub.addComment(7, BOT, `${commentMarker(["keys.yaml"], "test")}\n${LAST_LINE}`);
    stub.addComment(7, BOT, `${commentMarker(["other.yaml"], "prod")}\n${LAST_LINE}`);
    expect(await problemOf(read(stub))).toContain("has no comment of");
  });

  test("stands in the last line, whatever names and texts above it say", async () => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    const line = `Digest: \`${FORGED}\``;
    const { plan, diagnostics } = hostileCase([line, `x\n${line}\n`, `\r\n\r\n${line}`]);
    const body = renderPlanMarkdown(plan, diagnostics, { heading: line });
    stub.addComment(7, BOT, `${MARKER}\n${body}`);
    expect(await read(stub)).toEqual({ ok: true, value: { digest: plan?.digest } });
  });

  test("is that of the merged pull request, also where others hold the commit", async () => {
    const stub = await merged();
    stub.addPulls(
      SHA,
      { number: 5, merged: true, mergeCommit: OTHER_SHA },
      { number: 6, merged: false, mergeCommit: SHA },
      MERGED,
    );
    expect(await read(stub)).toEqual({ ok: true, value: { digest: DIGEST } });
    stub.addPulls(SHA, { ...MERGED, mergeCommit: OTHER_SHA }, { ...MERGED, merged: false });
    expect(await read(stub)).toEqual({ ok: true, value: { digest: DIGEST } });
  });

  test("is read with a token of a user too, from that user's comment", async () => {
    expect(await read(await merged({ login: "release-bot" }))).toMatchObject({
      value: { digest: DIGEST },
    });
  });
});

describe("nothing is known to be reviewed", () => {
  test.each([
    ["the commit was pushed without a pull request", [], "no merged pull request holds"],
    ["its pull request is open", [{ ...MERGED, merged: false }], "no merged pull request holds"],
    ["several merges made it", [MERGED, { ...MERGED, number: 8 }], "several merged pull requests"],
    [
      "several merged pull requests hold it",
      [7, 8].map((number) => ({ ...MERGED, number, mergeCommit: OTHER_SHA })),
      "several merged pull requests",
    ],
    [
      "more pull requests hold it than a page lists",
      [MERGED, ...Array.from({ length: 100 }, () => ({ ...MERGED, merged: false }))],
      "several merged pull requests",
    ],
  ])("when %s", async (_, pulls, message) => {
    const stub = await merged();
    stub.addPulls(SHA, ...pulls);
    expect(await problemOf(read(stub))).toContain(message);
    expect(stub.requests).toHaveLength(1);
  });

  const failed = caseOf("failed");
  test.each([
    [
      "of a plan that failed",
      renderPlanMarkdown(undefined, failed.diagnostics, { heading: LAST_LINE }),
    ],
    [
      "of a plan that failed with a text that looks like a digest",
      renderPlanMarkdown(undefined, hostileCase([LAST_LINE, `x\n${LAST_LINE}\n`]).diagnostics, {
        heading: "cometkeys plan",
      }),
    ],
    ["with something after the digest", `${LAST_LINE}\n\nLooks good to me.`],
    ["with more in its line", `${LAST_LINE} ok`],
    ["whose digest stands in a quotation", `> ${LAST_LINE}`],
    ["whose digest is cut", LAST_LINE.replace("111`", "`")],
    ["whose digest is no digest", LAST_LINE.replace("111`", "XYZ`")],
    ["that holds nothing else", ""],
  ])("from a comment %s", async (_, body) => {
    const stub = await start();
    stub.addPulls(SHA, MERGED);
    stub.addComment(7, BOT, `${MARKER}\n${body}`);
    const result = await read(stub);
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("no plan was made there") },
    });
  });

  test.each([
    ["a commit", "sha", {}, "GITHUB_SHA is not set"],
    ["a token", "token", {}, "GITHUB_TOKEN is not set"],
    [
      "a token a header can hold",
      "",
      { token: new Secret("a\nb") },
      "GITHUB_TOKEN holds white space",
    ],
    ["a repository", "repository", {}, "GITHUB_REPOSITORY is not set"],
    ["https", "", { apiUrl: "http://github.example.com" }, "not an https address"],
  ] as const)("without %s, and nothing is asked", async (_, missing, fields, message) => {
    const stub = await merged();
    const { apiUrl, sha, token, repository } = contextOf(stub, fields);
    const context: GitHubContext = {
      apiUrl,
      ...(missing === "sha" || sha === undefined ? {} : { sha }),
      ...(missing === "token" || token === undefined ? {} : { token }),
      ...(missing === "repository" || repository === undefined ? {} : { repository }),
    };
    const result = await reviewedDigest({ context, marker: MARKER, fetch });
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    });
    expect(stub.requests).toEqual([]);
  });

  const AT = ["commits", "comments"] as const;
  test.each(
    AT.flatMap((at) => [
      [at, { kind: "status", status: 403 }, "may not read comments here (403)"] as const,
      [at, { kind: "status", status: 404 }, "may not read comments here (404)"] as const,
      [at, { kind: "status", status: 401 }, "does not take the token"] as const,
      [at, { kind: "status", status: 422 }, "refused the request"] as const,
      [at, { kind: "status", status: 429 }, "has had enough requests"] as const,
      [at, { kind: "status", status: 500 }, "GitHub's API failed (5"] as const,
      [at, { kind: "status", status: 503 }, "GitHub's API failed (5"] as const,
      [at, { kind: "silence" }, "could not be reached"] as const,
      [at, { kind: "reset", carriedOut: false }, "could not be reached"] as const,
      [
        at,
        { kind: "text", status: 200, text: "<html>" },
        "answered with something other than",
      ] as const,
      [
        at,
        { kind: "text", status: 200, text: '{"a":1}' },
        "answered with something other than",
      ] as const,
    ]),
  )("when %s are answered with %j", async (at, fault, message) => {
    const stub = await merged();
    stub.setFaults({ method: "GET", at, fault });
    expect(await problemOf(read(stub))).toContain(message);
  });

  test.each([
    "[null]",
    '[{"number":"7","merged_at":null}]',
    '[{"number":-7,"merged_at":null}]',
    '[{"number":7}]',
  ])("when the pull requests are %s", async (text) => {
    const stub = await merged();
    stub.setFaults({ method: "GET", at: "commits", fault: { kind: "text", status: 200, text } });
    expect(await problemOf(read(stub))).toContain("answered with something other than");
  });

  test.each(AT)("behind a redirect of %s, which is not followed", async (at) => {
    const [stub, elsewhere] = [await merged(), await merged()];
    const headers = { location: `${elsewhere.url}/user` };
    stub.setFaults({ method: "GET", at, fault: { kind: "status", status: 302, headers } });
    expect(await problemOf(read(stub))).toContain("answered with a redirect");
    expect(elsewhere.requests).toEqual([]);
  });
});

test("a read whose answer was lost is asked for once more", async () => {
  const stub = await merged();
  const fault = { kind: "status", status: 502 } as const;
  stub.setFaults({ method: "GET", at: "commits", fault, times: 1 });
  expect(await read(stub)).toEqual({ ok: true, value: { digest: DIGEST } });
});

test("a refusal names the permission that reading takes, and no problem repeats the token", async () => {
  const stub = await merged();
  const text = `{"message":"Bearer ${stub.token}"}`;
  const messages: string[] = [];
  for (const at of ["commits", "user", "comments"] as const) {
    for (const status of [200, 301, 401, 403, 404, 422, 500]) {
      stub.setFaults({ method: "GET", at, fault: { kind: "text", status, text } });
      const result = await read(stub);
      if (!result.ok) messages.push(JSON.stringify(result.error));
    }
  }
  // As who it is, a job's token may not ask: that 403 is no problem.
  expect(messages).toHaveLength(20);
  expect(messages.filter((message) => message.includes(stub.token))).toEqual([]);
  const refusals = messages.filter((message) => message.includes("permissions:"));
  expect(refusals).toHaveLength(5);
  for (const refusal of refusals) expect(refusal).toContain("`permissions: pull-requests: read`");
});
