import { afterEach, describe, expect, test } from "vitest";
import { upsertComment, MAX_COMMENT_LENGTH } from "../../src/github/comment.ts";
import type { GitHubContext } from "../../src/github/context.ts";
import { commentMarker } from "../../src/github/find-comment.ts";
import { Secret } from "../../src/model/secret.ts";
import { startGitHubStub, type GitHubStub, type StubOptions } from "../support/github-stub.ts";

const MARKER = commentMarker(["keys.yaml"], undefined);
const OTHER = commentMarker(["keys.yaml"], "staging");
const BOT = "github-actions[bot]";
const PULL = 7;

const running: GitHubStub[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((stub) => stub.close()));
});

async function start(options?: StubOptions): Promise<GitHubStub> {
  const stub = await startGitHubStub(options);
  running.push(stub);
  return stub;
}

function contextOf(stub: GitHubStub, fields: Partial<GitHubContext> = {}): GitHubContext {
  return {
    apiUrl: stub.url,
    repository: stub.repository,
    token: new Secret(stub.token),
    pullRequest: PULL,
    isFork: false,
    ...fields,
  };
}

function upsert(stub: GitHubStub, body: string, fields: Partial<GitHubContext> = {}) {
  return upsertComment({
    context: contextOf(stub, fields),
    marker: MARKER,
    body,
    fetch: (input, init) => globalThis.fetch(input, init),
    timeoutMs: stub.patienceMs,
  });
}

async function problemOf(result: ReturnType<typeof upsert>): Promise<string> {
  const { ok, ...rest } = await result;
  return ok || !("error" in rest) ? "no problem" : rest.error.message;
}

function methods(stub: GitHubStub): string {
  return stub.requests.map(({ method }) => method).join(" ");
}

describe("the one comment", () => {
  test("is created once, then left alone, then edited in place", async () => {
    const stub = await start();
    const url = `https://github.example.com/acme/keys/pull/1#issuecomment-1001`;
    expect(await upsert(stub, "first")).toEqual({ ok: true, value: { url, action: "created" } });
    expect(await upsert(stub, "first")).toEqual({ ok: true, value: { url, action: "unchanged" } });
    expect(await upsert(stub, "second")).toEqual({ ok: true, value: { url, action: "updated" } });
    expect(stub.comments(PULL)).toEqual([{ id: 1001, login: BOT, body: `${MARKER}\nsecond` }]);
    expect(methods(stub)).toBe("GET GET POST GET GET GET GET PATCH");
  });

  test("is unchanged when GitHub stored it with other line ends", async () => {
    const stub = await start();
    stub.addComment(PULL, BOT, `${MARKER}\r\na\r\nb`);
    expect(await upsert(stub, "a\nb\n")).toMatchObject({ value: { action: "unchanged" } });
  });

  test("takes a body that already begins with the marker as it is", async () => {
    const stub = await start();
    await upsert(stub, `${MARKER}\ntext`);
    expect(stub.comments(PULL)[0]?.body).toBe(`${MARKER}\ntext`);
  });

  test("is one for each marker", async () => {
    const stub = await start();
    const other = stub.addComment(PULL, BOT, `${OTHER}\nstaging`);
    await upsert(stub, "production");
    expect(stub.comments(PULL)).toMatchObject([
      { id: other, body: `${OTHER}\nstaging` },
      { body: `${MARKER}\nproduction` },
    ]);
  });

  test("of another author is never edited, although it bears our marker", async () => {
    const stub = await start();
    stub.addComment(PULL, "mallory", `${MARKER}\nall is well`);
    expect(await upsert(stub, "danger")).toMatchObject({ value: { action: "created" } });
    expect(stub.comments(PULL)).toMatchObject([
      { login: "mallory", body: `${MARKER}\nall is well` },
      { login: BOT, body: `${MARKER}\ndanger` },
    ]);
  });

  test("is not one of ours that quotes the marker further down", async () => {
    const stub = await start();
    stub.addComment(PULL, BOT, `Somebody wrote: ${MARKER}\n${MARKER}`);
    expect(await upsert(stub, "text")).toMatchObject({ value: { action: "created" } });
  });

  test("belongs to the token's user where the token has one", async () => {
    const stub = await start({ login: "release-bot" });
    stub.addComment(PULL, BOT, `${MARKER}\nof the job`);
    const own = stub.addComment(PULL, "release-bot", `${MARKER}\nold`);
    expect(await upsert(stub, "new")).toMatchObject({ value: { action: "updated" } });
    expect(stub.comments(PULL)).toMatchObject([
      { body: `${MARKER}\nof the job` },
      { id: own, body: `${MARKER}\nnew` },
    ]);
  });

  test("is found behind 250 others, by page numbers alone", async () => {
    const stub = await start();
    for (let n = 0; n < 250; n += 1) stub.addComment(PULL, "alice", `comment ${n}`);
    const own = stub.addComment(PULL, BOT, `${MARKER}\nold`);
    expect(await upsert(stub, "new")).toMatchObject({ value: { action: "updated" } });
    expect(stub.comments(PULL).at(-1)).toMatchObject({ id: own, body: `${MARKER}\nnew` });
    expect(stub.requests.map(({ path }) => path)).toEqual([
      "/user",
      "/repos/acme/keys/issues/7/comments?per_page=100&page=1",
      "/repos/acme/keys/issues/7/comments?per_page=100&page=2",
      "/repos/acme/keys/issues/7/comments?per_page=100&page=3",
      `/repos/acme/keys/issues/comments/${own}`,
    ]);
  });

  test("is not looked for without end, nor written again instead", async () => {
    const stub = await start();
    for (let n = 0; n < 5001; n += 1) stub.addComment(PULL, "alice", "hello");
    expect(await problemOf(upsert(stub, "text"))).toContain("more than 5000 comments");
    expect(stub.requests).toHaveLength(51);
    expect(stub.comments(PULL)).toHaveLength(5001);
  });

  test("is the oldest where two runs wrote one each; the other stays", async () => {
    const stub = await start();
    const first = stub.addComment(PULL, BOT, `${MARKER}\none`);
    const second = stub.addComment(PULL, BOT, `${MARKER}\ntwo`);
    expect(await upsert(stub, "three")).toMatchObject({ value: { action: "updated" } });
    expect(stub.comments(PULL)).toMatchObject([
      { id: first, body: `${MARKER}\nthree` },
      { id: second, body: `${MARKER}\ntwo` },
    ]);
  });

  test("may have as many characters as GitHub takes, and not one more", async () => {
    const stub = await start();
    const room = MAX_COMMENT_LENGTH - MARKER.length - 1;
    expect(await upsert(stub, "x".repeat(room))).toMatchObject({ ok: true });
    const sent = stub.requests.length;
    expect(await problemOf(upsert(stub, "x".repeat(room + 1)))).toContain(
      "more than the 65536 GitHub takes",
    );
    expect(stub.requests).toHaveLength(sent);
  });
});

describe("an unclear answer", () => {
  test("to a POST that was carried out leads to no second comment", async () => {
    const stub = await start();
    stub.setFaults({
      method: "POST",
      at: "comments",
      fault: { kind: "reset", carriedOut: true },
      times: 1,
    });
    expect(await upsert(stub, "text")).toMatchObject({ ok: true, value: { action: "created" } });
    expect(stub.comments(PULL)).toHaveLength(1);
    expect(methods(stub)).toBe("GET GET POST GET");
  });

  test.each([
    ["a broken connection", { kind: "reset", carriedOut: false }],
    ["silence", { kind: "silence" }],
    ["HTTP 502", { kind: "status", status: 502 }],
    ["an answer that is not JSON", { kind: "text", status: 200, text: "<html>" }],
  ] as const)("to a POST (%s) leads to a look at the list, then to one more", async (_, fault) => {
    const stub = await start();
    stub.setFaults({ method: "POST", at: "comments", fault, times: 1 });
    expect(await upsert(stub, "text")).toMatchObject({ ok: true, value: { action: "created" } });
    expect(stub.comments(PULL)).toHaveLength(1);
    expect(methods(stub)).toBe("GET GET POST GET POST");
  });

  test("to both POSTs is reported, and there is no third", async () => {
    const stub = await start();
    const fault = { kind: "status", status: 500 } as const;
    stub.setFaults({ method: "POST", at: "comments", fault });
    expect(await problemOf(upsert(stub, "text"))).toContain(
      "did not say whether it took the comment",
    );
    expect(methods(stub)).toBe("GET GET POST GET POST GET");
  });

  test("to a read or an edit is asked for once more", async () => {
    const stub = await start();
    stub.addComment(PULL, BOT, `${MARKER}\nold`);
    const fault = { kind: "status", status: 502 } as const;
    stub.setFaults(
      { method: "GET", at: "user", fault, times: 1 },
      { method: "GET", at: "comments", fault, times: 1 },
      { method: "PATCH", at: "comments", fault: { kind: "reset", carriedOut: true }, times: 1 },
    );
    expect(await upsert(stub, "new")).toMatchObject({ value: { action: "updated" } });
    expect(methods(stub)).toBe("GET GET GET GET PATCH PATCH");
  });
});

describe("no comment", () => {
  test.each([
    ["without a pull request", ["pullRequest"], {}, "not about a pull request"],
    ["from a fork", [], { isFork: true }, "from a fork"],
    ["without a token", ["token"], {}, "GITHUB_TOKEN is not set"],
    [
      "with a token no header can hold",
      [],
      { token: new Secret("a\nb") },
      "GITHUB_TOKEN holds white space",
    ],
    ["without a repository", ["repository"], {}, "GITHUB_REPOSITORY is not set"],
    ["over plain http", [], { apiUrl: "http://github.example.com" }, "not an https address"],
    ["to an address that is none", [], { apiUrl: "api.github.com" }, "not an https address"],
  ] as const)("is written %s, and nothing is asked", async (_, missing, fields, message) => {
    const stub = await start();
    const { pullRequest, token, repository, ...rest } = contextOf(stub, fields);
    const has = (field: string): boolean => !missing.some((name) => name === field);
    const context: GitHubContext = {
      ...rest,
      ...(has("pullRequest") && pullRequest ? { pullRequest } : {}),
      ...(has("token") && token ? { token } : {}),
      ...(has("repository") && repository ? { repository } : {}),
    };
    const result = await upsertComment({ context, marker: MARKER, body: "text", fetch });
    expect(result).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    });
    expect(stub.requests).toEqual([]);
  });

  test.each([
    ["read", "may not write comments here (403)", 1],
    ["none", "may not write comments here (404)", 0],
  ] as const)("is written with the permission %s", async (permission, message, posts) => {
    const stub = await start({ permission });
    expect(await problemOf(upsert(stub, "text"))).toContain(message);
    expect(stub.requests.filter(({ method }) => method === "POST")).toHaveLength(posts);
  });

  test("is written with a token GitHub does not know", async () => {
    const stub = await start();
    const result = upsert(stub, "text", { token: new Secret("ghs_unknown") });
    expect(await problemOf(result)).toContain("does not take the token");
  });

  test.each([
    ["429", { kind: "status", status: 429 }, "has had enough requests"],
    [
      "403 with nothing left",
      { kind: "status", status: 403, headers: { "x-ratelimit-remaining": "0" } },
      "has had enough requests",
    ],
    [
      "403 with a pause to make",
      { kind: "status", status: 403, headers: { "retry-after": "60" } },
      "has had enough requests",
    ],
    ["a failing server", { kind: "status", status: 503 }, "GitHub's API failed (5"],
    ["silence", { kind: "silence" }, "could not be reached"],
    ["HTML", { kind: "text", status: 200, text: "<html>" }, "answered with something other than"],
    [
      "another shape",
      { kind: "text", status: 200, text: '{"a":1}' },
      "answered with something other than",
    ],
    [
      "a comment without an address",
      {
        kind: "text",
        status: 200,
        text: JSON.stringify([{ id: 1, body: MARKER, user: { login: BOT } }]),
      },
      "answered with something other than",
    ],
    [
      "a comment with an address without end",
      {
        kind: "text",
        status: 200,
        text: JSON.stringify([
          {
            id: 1,
            body: MARKER,
            user: { login: BOT },
            html_url: `https://github.example.com/${"a".repeat(2_000)}`,
          },
        ]),
      },
      "answered with something other than",
    ],
    [
      "a comment longer than any that GitHub takes",
      {
        kind: "text",
        status: 200,
        text: JSON.stringify([
          {
            id: 1,
            body: `${MARKER}\n${"#".repeat(262_144)}`,
            user: { login: BOT },
            html_url: "https://github.example.com/1",
          },
        ]),
      },
      "answered with something other than",
    ],
    ["a closed door", { kind: "status", status: 410 }, "refused the request"],
  ] as const)("is written after %s", async (_, fault, message) => {
    const stub = await start();
    stub.setFaults({ method: "GET", at: "comments", fault });
    expect(await problemOf(upsert(stub, "text"))).toContain(message);
    expect(stub.comments(PULL)).toEqual([]);
  });

  test("is written where the limit of requests shows already at the first", async () => {
    const stub = await start();
    const headers = { "x-ratelimit-remaining": "0" };
    stub.setFaults({ method: "GET", at: "user", fault: { kind: "status", status: 403, headers } });
    expect(await problemOf(upsert(stub, "text"))).toContain("has had enough requests");
    expect(stub.requests).toHaveLength(1);
  });

  test("is written where nobody listens", async () => {
    const stub = await startGitHubStub();
    await stub.close();
    expect(await problemOf(upsert(stub, "text"))).toContain("could not be reached");
  });

  test.each([301, 302, 307, 308])("is written behind a redirect (%d)", async (status) => {
    const [stub, elsewhere] = [await start(), await start()];
    const headers = { location: `${elsewhere.url}/user` };
    stub.setFaults({ method: "GET", at: "user", fault: { kind: "status", status, headers } });
    expect(await problemOf(upsert(stub, "text"))).toContain("answered with a redirect");
    expect(elsewhere.requests).toEqual([]);
  });
});

test("no problem repeats the token, whatever the server or fetch say", async () => {
  const stub = await start();
  const text = `{"message":"Bearer ${stub.token}"}`;
  const messages: string[] = [];
  for (const at of ["user", "comments"] as const) {
    for (const status of [200, 301, 400, 401, 403, 404, 410, 422, 429, 500]) {
      stub.setFaults({ method: "GET", at, fault: { kind: "text", status, text } });
      const result = await upsert(stub, "text");
      if (!result.ok) messages.push(JSON.stringify(result.error));
    }
  }
  const throwing = await upsertComment({
    context: contextOf(stub),
    marker: MARKER,
    body: "text",
    fetch: () => Promise.reject(new TypeError(`bad header "Bearer ${stub.token}"`)),
  });
  if (!throwing.ok) messages.push(JSON.stringify(throwing.error));
  expect(messages).toHaveLength(20);
  expect(messages.filter((message) => message.includes(stub.token))).toEqual([]);
});

describe("commentMarker", () => {
  test("does not depend on order, repeats or ./", () => {
    const marker = commentMarker(["b.yaml", "a.yaml"], "prod");
    expect(commentMarker(["./a.yaml", "b.yaml", "a.yaml"], "prod")).toBe(marker);
    expect(marker).toMatch(/^<!-- cometkeys:[\da-f]{16} -->$/);
  });

  test("differs for other files and other environments", () => {
    const markers = [
      commentMarker(["a.yaml"], undefined),
      commentMarker(["a.yaml"], "prod"),
      commentMarker(["a.yaml"], "staging"),
      commentMarker(["a.yaml", "b.yaml"], undefined),
      commentMarker(["a.yamlb.yaml"], undefined),
    ];
    expect(new Set(markers).size).toBe(markers.length);
  });
});
