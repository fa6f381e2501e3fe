import { isJsonObject } from "../model/json.ts";
import type { Result } from "../model/result.ts";
import { unreachable } from "../model/unreachable.ts";
import {
  failure,
  jsonAnswer,
  redirect,
  success,
  type Answer,
  type SandboxRequest,
} from "./answer.ts";
import type { Limiter } from "./rate-limit.ts";
import { masked, type TokenRecord } from "./record.ts";
import type { Store, Tamper } from "./store.ts";
import { decodeTokenRequest, parseJson } from "./token-request.ts";

/** Endpoints without a variable part. */
const FIXED_ROUTES = {
  "GET /api/token/": "list",
  "POST /api/token/": "post",
  "PUT /api/token/": "put",
  "POST /api/token/batch/keys": "reveal-batch",
  "GET /api/user/self": "self",
  "GET /api/user/self/groups": "groups",
  "GET /api/models": "models",
} as const;

type FixedName = (typeof FIXED_ROUTES)[keyof typeof FIXED_ROUTES];

const FIXED = new Map<string, FixedName>(Object.entries(FIXED_ROUTES));

/** An endpoint, those of keys named as faults name them; `id` is NaN where the path has no number. */
export type Route =
  | { readonly name: FixedName | "status" }
  | { readonly name: "get" | "delete" | "reveal"; readonly id: number };

/** The endpoint of a request. A trailing slash too many or too few is another path. */
export function matchRoute({ method, path }: Target): Route | undefined {
  const { pathname, query } = parsePath(path);
  const name = FIXED.get(`${method} ${pathname}`);
  if (name !== undefined)
    return { name: name === "put" && query.get("status_only") ? "status" : name };
  const [, text, rest] = /^\/api\/token\/([^/]+)(\/key)?$/.exec(pathname) ?? [];
  if (text === undefined) return undefined;
  const id = Number(text);
  if (rest !== undefined) return method === "POST" ? { name: "reveal", id } : undefined;
  if (method === "GET") return { name: "get", id };
  return method === "DELETE" ? { name: "delete", id } : undefined;
}

type Target = Pick<SandboxRequest, "method" | "path">;

function parsePath(path: string) {
  const [pathname = "", ...query] = path.split("?");
  return { pathname, query: new URLSearchParams(query.join("?")) };
}

export interface HandlerContext {
  readonly store: Store;
  /** The access token every call must carry, raw or as `Bearer`. */
  readonly token: string;
  /** The account the token belongs to. */
  readonly userId: number;
  /** Whether list, get and update show keys masked. */
  readonly masked?: boolean;
  /** Older servers also want `New-Api-User: <user id>`. */
  readonly requireUserHeader?: boolean;
  readonly limitReveal: Limiter;
  /** The units that make one dollar; without it there is no status page. */
  readonly quotaPerUnit?: number;
}

/** The page that everybody may read. It is none of the key API, so limits and faults leave it alone. */
export function isStatusPage({ method, path }: Target): boolean {
  return method === "GET" && parsePath(path).pathname === "/api/status";
}

/** What a key, and not the access token, is good for; none of the key API either. */
export function isModelList({ method, path }: Target): boolean {
  return method === "GET" && parsePath(path).pathname === "/v1/models";
}

function listForKey({ headers }: SandboxRequest, { store }: HandlerContext): Answer {
  const given = /^Bearer sk-(\w+)$/.exec(headers["authorization"] ?? "")?.[1];
  const record = store.all().find(({ key }) => key === given);
  if (record !== undefined && store.isUsable(record)) {
    const data = MODELS["1"].map((id) => ({ id, object: "model" }));
    return jsonAnswer(200, { object: "list", data });
  }
  const error = { message: "Invalid token", type: "new_api_error", param: "", code: "" };
  return jsonAnswer(401, { error });
}

/** Answers one request; `tamper` makes the store depart from what was asked. */
export type Handler = (request: SandboxRequest, tamper?: Tamper) => Answer;

/** The API without transport: the same request on the same store gives the same answer. */
export function createHandler(context: HandlerContext): Handler {
  return (request, tamper) => {
    const { quotaPerUnit } = context;
    if (isStatusPage(request) && quotaPerUnit !== undefined) {
      return success({ quota_per_unit: quotaPerUnit });
    }
    if (isModelList(request)) return listForKey(request, context);
    const route = matchRoute(request);
    if (route === undefined) return noRoute(request);
    return refuseCaller(request, context) ?? serve(route, request, tamper, context);
  };
}

/** A path that is wrong by a slash is redirected; any other is unknown. Neither asks for a token. */
function noRoute({ method, path }: Target): Answer {
  const [, pathname = "", query = ""] = /^([^?]*)(.*)$/s.exec(path) ?? [];
  const other = (pathname.endsWith("/") ? pathname.slice(0, -1) : `${pathname}/`) + query;
  if (matchRoute({ method, path: other }) !== undefined) return redirect(method, other);
  const message = `Invalid URL (${method} ${pathname})`;
  const error = { message, type: "invalid_request_error", param: "", code: "" };
  return jsonAnswer(404, { error });
}

function refuseCaller({ headers }: SandboxRequest, context: HandlerContext): Answer | undefined {
  const refuse = (why: string): Answer => {
    const message = `Unauthorized, ${why}`;
    return jsonAnswer(401, { code: "AUTH_UNAUTHORIZED", message, success: false });
  };
  const given = (headers["authorization"] ?? "").replace(/^Bearer /, "");
  if (given !== context.token) return refuse("invalid access token");
  const user = headers["new-api-user"];
  if (user === undefined && !context.requireUserHeader) return undefined;
  if (user === String(context.userId)) return undefined;
  return refuse("New-Api-User is missing or does not match");
}

function serve(
  route: Route,
  request: SandboxRequest,
  tamper: Tamper | undefined,
  context: HandlerContext,
): Answer {
  const { store, userId } = context;
  const show = context.masked ? masked : (record: TokenRecord): TokenRecord => record;
  const answer = <T>(result: Result<T, string>, data: (value: T) => unknown): Answer =>
    result.ok ? success(data(result.value)) : failure(result.error);
  /** Create and delete answer without `data`: the caller learns neither id nor key. */
  const nothing = (): undefined => undefined;
  const write = (change: Store["create"]): Result<TokenRecord, string> => {
    const body = decodeTokenRequest(request.body);
    return body.ok ? change(userId, body.value, tamper) : body;
  };

  switch (route.name) {
    case "list": {
      const page = pageOf(store.list(userId), parsePath(request.path).query);
      return success({ ...page, items: page.items.map(show) });
    }
    case "get":
      return answer(store.get(userId, route.id), show);
    case "post":
      return answer(write(store.create), nothing);
    case "put":
      return answer(write(store.update), show);
    case "status":
      return answer(write(store.updateStatus), show);
    case "delete":
      return answer(store.delete(userId, route.id), nothing);
    case "reveal":
      return context.limitReveal() ?? answer(store.get(userId, route.id), ({ key }) => ({ key }));
    case "reveal-batch":
      return context.limitReveal() ?? revealBatch(parseJson(request.body), store, userId);
    case "self":
      return success({ id: userId, ...SELF });
    case "groups":
      return success(GROUPS);
    case "models":
      return success(MODELS);
    default:
      return unreachable(route);
  }
}

const DEFAULT_SIZE = 10;
const MAX_SIZE = 100;

/**
 * One page, with the server's own reading of odd numbers: `p=0` is page 1, a negative `p` shows the
 * first items under the number asked for, and a page past the end is empty. The size may be called
 * `page_size`, `ps` or `size`.
 */
export function pageOf<T>(records: readonly T[], query: URLSearchParams) {
  const number = (name: string): number => {
    const text = query.get(name) ?? "";
    return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
  };
  const page = number("p") || 1;
  const asked = number("page_size") || number("ps") || number("size");
  const size = asked > 0 ? Math.min(asked, MAX_SIZE) : DEFAULT_SIZE;
  const start = Math.max(0, (page - 1) * size);
  const items = records.slice(start, start + size);
  return { page, page_size: size, total: records.length, items };
}

const MAX_REVEALED = 100;

/** Several keys by id; ids that are not the caller's are left out without a word. */
function revealBatch(body: unknown, store: Store, userId: number): Answer {
  const ids: readonly unknown[] =
    isJsonObject(body) && Array.isArray(body["ids"]) ? body["ids"] : [];
  if (ids.length > MAX_REVEALED) return failure("Too many ids in one request");
  const own = ids.flatMap((id) => {
    const found = store.get(userId, Number(id));
    return found.ok ? [found.value] : [];
  });
  return success({ keys: Object.fromEntries(own.map(({ id, key }) => [id, key])) });
}

/** The token's own account, but for its id. */
const SELF = {
  username: "root",
  display_name: "Root User",
  role: 100,
  status: 1,
  group: "default",
  quota: 100_000_000,
  used_quota: 0,
  request_count: 0,
};

/** The groups the account may use. */
const GROUPS = { default: { desc: "默认分组", ratio: 1 }, vip: { desc: "vip分组", ratio: 1 } };

/** The recorded server lists its models by channel type, unlike the documented catalogue. */
const MODELS = { "1": ["gpt-3.5-turbo", "gpt-4", "gpt-4o", "gpt-4o-mini", "claude-sonnet-4"] };
