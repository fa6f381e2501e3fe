import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** GitHub's REST API as far as comments on pull requests and merges need it, on a real socket. */
export interface GitHubStub {
  /** For `GITHUB_API_URL`. */
  readonly url: string;
  readonly repository: string;
  readonly token: string;
  /** Every request in order of arrival. */
  readonly requests: readonly StubRequest[];
  /** The comments of a pull request, the oldest first. */
  readonly comments: (pullRequest: number) => readonly StubComment[];
  /** Adds a comment as somebody would on the web; answers its id. */
  readonly addComment: (pullRequest: number, login: string, body: string) => number;
  /** Gives a comment another text, as somebody would on the web. */
  readonly edit: (id: number, body: string) => void;
  /** Lists pull requests, merged or not, with a commit they hold. */
  readonly addPulls: (sha: string, ...pulls: readonly StubPull[]) => void;
  readonly setFaults: (...faults: readonly StubFault[]) => void;
  /** How long a client should wait for one answer, ms: it is short only where one never comes. */
  readonly patienceMs: number;
  readonly close: () => Promise<void>;
}

export interface StubRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: string;
}

export interface StubComment {
  readonly id: number;
  readonly login: string;
  readonly body: string;
}

export interface StubPull {
  readonly number: number;
  readonly merged: boolean;
  /** The commit its merge made, or would make. */
  readonly mergeCommit: string | null;
}

/** What goes wrong with the requests of a method and path, each `times` times. */
export interface StubFault {
  readonly method: "GET" | "POST" | "PATCH";
  readonly at: "user" | "comments" | "commits";
  readonly fault:
    | {
        readonly kind: "status";
        readonly status: number;
        readonly headers?: Record<string, string>;
      }
    | { readonly kind: "text"; readonly status: number; readonly text: string }
    /** The connection breaks before the request is carried out, or after it. */
    | { readonly kind: "reset"; readonly carriedOut: boolean }
    /** No answer ever comes. */
    | { readonly kind: "silence" };
  /** Default: always. */
  readonly times?: number;
}

export interface StubOptions {
  /** The login of the token's user; a job's own token (the default) has none. */
  readonly login?: string;
  readonly permission?: "write" | "read" | "none";
}

const ACTIONS_LOGIN = "github-actions[bot]";
const REPOSITORY = "acme/keys";
const TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
const LARGEST_BODY = 65_536;

export async function startGitHubStub(options: StubOptions = {}): Promise<GitHubStub> {
  const requests: StubRequest[] = [];
  const threads = new Map<number, StubComment[]>();
  const pulls = new Map<string, readonly StubPull[]>();
  let lastId = 1000;
  let faults: { readonly fault: StubFault; left: number }[] = [];

  const thread = (pullRequest: number): StubComment[] => {
    const found = threads.get(pullRequest) ?? [];
    threads.set(pullRequest, found);
    return found;
  };
  const addComment = (pullRequest: number, login: string, body: string): number => {
    lastId += 1;
    thread(pullRequest).push({ id: lastId, login, body });
    return lastId;
  };

  const carryOut = (request: StubRequest): Answer => {
    if (request.authorization !== `Bearer ${TOKEN}`) return refusal(401, "Bad credentials");
    if (request.userAgent === undefined) return refusal(403, "User agent required");
    const url = new URL(request.path, "http://stub");
    if (url.pathname === "/user") {
      const { login } = options;
      const denied = refusal(403, "Resource not accessible by integration");
      return login === undefined ? denied : { status: 200, json: { login } };
    }
    if (options.permission === "none") return refusal(404, "Not Found");
    const list = /^\/repos\/acme\/keys\/issues\/(\d+)\/comments$/.exec(url.pathname);
    if (request.method === "GET" && list)
      return listed(thread(Number(list[1])).map(commentJson), url);
    const commit = /^\/repos\/acme\/keys\/commits\/([0-9a-f]+)\/pulls$/.exec(url.pathname);
    if (request.method === "GET" && commit)
      return listed((pulls.get(commit[1] ?? "") ?? []).map(pullJson), url);
    if (options.permission === "read")
      return refusal(403, "Resource not accessible by integration");
    const text = bodyOf(request);
    if (text === undefined || text.length > LARGEST_BODY) return refusal(422, "Validation Failed");
    if (request.method === "POST" && list) {
      const pullRequest = Number(list[1]);
      addComment(pullRequest, options.login ?? ACTIONS_LOGIN, text);
      return { status: 201, json: commentJson(thread(pullRequest).at(-1)) };
    }
    const one = /^\/repos\/acme\/keys\/issues\/comments\/(\d+)$/.exec(url.pathname);
    return request.method === "PATCH" && one
      ? edited(Number(one[1]), text)
      : refusal(404, "Not Found");
  };

  const edited = (id: number, body: string): Answer => {
    for (const comments of threads.values()) {
      const index = comments.findIndex((comment) => comment.id === id);
      const found = comments[index];
      if (found === undefined) continue;
      comments[index] = { ...found, body };
      return { status: 200, json: commentJson(comments[index]) };
    }
    return refusal(404, "Not Found");
  };

  const takeFault = ({ method, path }: StubRequest): StubFault["fault"] | undefined => {
    const commits = path.includes("/commits/") ? "commits" : "comments";
    const at = path.startsWith("/user") ? "user" : commits;
    const found = faults.find(
      ({ fault, left }) => left > 0 && fault.method === method && fault.at === at,
    );
    if (found) found.left -= 1;
    return found?.fault.fault;
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    requests.push(request);
    const fault = takeFault(request);
    switch (fault?.kind) {
      case undefined:
        answer(response, carryOut(request));
        break;
      case "status":
        answer(response, { ...refusal(fault.status, "fault"), headers: fault.headers });
        break;
      case "text":
        response.writeHead(fault.status).end(fault.text);
        break;
      case "reset":
        if (fault.carriedOut) carryOut(request);
        incoming.socket.destroy();
        break;
      case "silence":
        break;
    }
  };

  const server = createServer((incoming, response) => void serve(incoming, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    repository: REPOSITORY,
    token: TOKEN,
    requests,
    comments: thread,
    addComment,
    edit: (id, body) => void edited(id, body),
    addPulls: (sha, ...held) => void pulls.set(sha, held),
    get patienceMs() {
      return faults.some(({ fault }) => fault.fault.kind === "silence") ? 2_000 : 60_000;
    },
    setFaults: (...list) => {
      faults = list.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: Record<string, string> | undefined;
}

function refusal(status: number, message: string): Answer {
  return { status, json: { message, documentation_url: "https://docs.example.com/rest" } };
}

/** A page, with a `Link` header as GitHub sends it: an address the client must not need. */
function listed(items: readonly unknown[], url: URL): Answer {
  const size = Number(url.searchParams.get("per_page") ?? "30");
  const page = Number(url.searchParams.get("page") ?? "1");
  const json = items.slice((page - 1) * size, page * size);
  const more = items.length > page * size;
  const link = `<https://elsewhere.example.com${url.pathname}?page=${page + 1}>; rel="next"`;
  return { status: 200, json, ...(more ? { headers: { link } } : {}) };
}

function commentJson(comment: StubComment | undefined): unknown {
  if (comment === undefined) return null;
  const { id, login, body } = comment;
  const type = login.endsWith("[bot]") ? "Bot" : "User";
  const html_url = `https://github.example.com/${REPOSITORY}/pull/1#issuecomment-${id}`;
  return { id, body, html_url, user: { login, type } };
}

function pullJson({ number, merged, mergeCommit }: StubPull): unknown {
  const merged_at = merged ? "2027-01-15T08:00:00Z" : null;
  return { number, state: merged ? "closed" : "open", merged_at, merge_commit_sha: mergeCommit };
}

function bodyOf({ body }: StubRequest): string | undefined {
  const parsed: unknown = JSON.parse(body);
  const text =
    typeof parsed === "object" && parsed !== null && "body" in parsed ? parsed.body : undefined;
  return typeof text === "string" ? text : undefined;
}

function answer(response: ServerResponse, { status, json, headers }: Answer): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(json));
}

async function readRequest(incoming: IncomingMessage): Promise<StubRequest> {
  let body = "";
  incoming.setEncoding("utf8");
  for await (const chunk of incoming) body += String(chunk);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    authorization: incoming.headers.authorization,
    userAgent: incoming.headers["user-agent"],
    body,
  };
}
