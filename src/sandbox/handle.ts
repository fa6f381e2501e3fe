import { err, ok, type Result } from "../model/result.ts";
import { unreachable } from "../model/unreachable.ts";
import { autoGroupsAnswer, modelsAnswer, selfAnswer, selfGroupsAnswer } from "./account.ts";
import {
  failure,
  jsonAnswer,
  redirect,
  success,
  unauthorized,
  type Answer,
  type SandboxRequest,
} from "./answer.ts";
import { maskKey } from "./key-value.ts";
import { pageOf } from "./page.ts";
import type { Limiter } from "./rate-limit.ts";
import type { TokenRecord } from "./record.ts";
import { languageOf, REFUSAL, untranslated, type Refusal } from "./refusal.ts";
import { matchRoute, toggleSlash, type Route } from "./route.ts";
import { revealBatch } from "./reveal-batch.ts";
import type { Store, Tamper } from "./store.ts";
import { decodeTokenRequest, type TokenRequest } from "./token-request.ts";

export interface HandlerContext {
  readonly store: Store;
  /** The access token every call must carry, raw or as `Bearer`. */
  readonly token: string;
  /** The account the token belongs to. */
  readonly userId: number;
  /** Whether list, get and update show keys masked. */
  readonly masked: boolean;
  /** Older servers also want `New-Api-User: <user id>`. */
  readonly requireUserHeader: boolean;
  /** Ids for the documented form of the model catalogue; absent for the recorded form. */
  readonly catalogue: readonly string[] | undefined;
  readonly limitReveal: Limiter;
  /** Unix seconds. */
  readonly now: () => number;
}

/** Answers one request; `tamper` makes the store depart from what was asked. */
export type Handler = (request: SandboxRequest, tamper?: Tamper) => Answer;

/** The API without transport: the same request on the same store gives the same answer. */
export function createHandler(context: HandlerContext): Handler {
  return (request, tamper) => {
    const route = matchRoute(request.method, request.path);
    if (route === undefined) return noRoute(request);
    return refuseCaller(route, request, context) ?? serve(route, request, tamper, context);
  };
}

/** A path that is wrong by a slash is redirected; any other is unknown. Neither asks for a token. */
function noRoute({ method, path, query }: SandboxRequest): Answer {
  const other = toggleSlash(path);
  if (matchRoute(method, other) !== undefined) {
    return redirect(method, query === "" ? other : `${other}?${query}`);
  }
  const message = `Invalid URL (${method} ${path})`;
  return jsonAnswer(404, {
    error: { message, type: "invalid_request_error", param: "", code: "" },
  });
}

function refuseCaller(
  route: Route,
  request: SandboxRequest,
  context: HandlerContext,
): Answer | undefined {
  // The gateway takes model keys and refuses by itself; the documented catalogue is public.
  if (route.name === "gateway") return undefined;
  if (route.name === "models" && context.catalogue !== undefined) return undefined;
  const language = languageOf(request.headers);
  const given = (request.headers["authorization"] ?? "").replace(/^Bearer /, "");
  if (given !== context.token) return unauthorized(REFUSAL.unauthorized, language);
  const user = request.headers["new-api-user"];
  if (context.requireUserHeader && user !== String(context.userId)) {
    return unauthorized(REFUSAL.userHeader, language);
  }
  return undefined;
}

/** The model gateway wants a model key: an access token is never one. */
function gatewayRefusal(now: number): Answer {
  const message = `Invalid token (request id: ${now})`;
  return jsonAnswer(401, { error: { code: "", message, type: "new_api_error" } });
}

function serve(
  route: Route,
  request: SandboxRequest,
  tamper: Tamper | undefined,
  context: HandlerContext,
): Answer {
  const { store, userId } = context;
  const query = new URLSearchParams(request.query);
  const answer = (result: Result<unknown, Refusal>): Answer =>
    result.ok ? success(result.value) : failure(result.error, languageOf(request.headers));
  const show = (record: TokenRecord): TokenRecord =>
    context.masked ? { ...record, key: maskKey(record.key) } : record;
  const page = (records: readonly TokenRecord[]): Answer => {
    const found = pageOf(records, query);
    return success({ ...found, items: found.items.map(show) });
  };

  switch (route.name) {
    case "list":
      return page(store.list(userId));
    case "search":
      return page(store.list(userId).filter((record) => matchesSearch(record, query)));
    case "get":
      return answer(
        map(
          then(parseId(route.id), (id) => store.get(userId, id)),
          show,
        ),
      );
    case "create":
      return answer(
        map(
          then(decode(request), (body) => store.create(userId, body, tamper)),
          nothing,
        ),
      );
    case "update": {
      const change = query.get("status_only") ? store.updateStatus : store.update;
      return answer(
        map(
          then(decode(request), (body) => change(userId, body, tamper)),
          show,
        ),
      );
    }
    case "delete":
      return answer(
        map(
          then(parseId(route.id), (id) => store.delete(userId, id)),
          nothing,
        ),
      );
    case "reveal": {
      const revealed = (): Result<string, Refusal> =>
        then(parseId(route.id), (id) => store.reveal(userId, id));
      return context.limitReveal() ?? answer(map(revealed(), (key) => ({ key })));
    }
    case "reveal-batch":
      return context.limitReveal() ?? answer(revealBatch(request.bodyText, store, userId));
    case "auto-groups":
      return autoGroupsAnswer();
    case "self":
      return selfAnswer(userId);
    case "self-groups":
      return selfGroupsAnswer();
    case "user-models":
      return success([]);
    case "models":
      return modelsAnswer(context.catalogue);
    case "gateway":
      return gatewayRefusal(context.now());
    default:
      return unreachable(route);
  }
}

function then<T, U>(
  result: Result<T, Refusal>,
  next: (value: T) => Result<U, Refusal>,
): Result<U, Refusal> {
  return result.ok ? next(result.value) : result;
}

function map<T, U>(result: Result<T, Refusal>, change: (value: T) => U): Result<U, Refusal> {
  return result.ok ? ok(change(result.value)) : result;
}

/** Create and delete answer without `data`: the caller learns neither id nor key. */
function nothing(): undefined {
  return undefined;
}

function decode(request: SandboxRequest): Result<TokenRequest, Refusal> {
  const decoded = decodeTokenRequest(request.bodyText);
  return decoded.ok ? decoded : err(untranslated(decoded.error));
}

function parseId(text: string): Result<number, Refusal> {
  if (/^[+-]?\d+$/.test(text)) return ok(Number(text));
  return err(untranslated(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`));
}

function matchesSearch(record: TokenRecord, query: URLSearchParams): boolean {
  const key = (query.get("token") ?? "").replace(/^sk-/, "");
  return record.name.includes(query.get("keyword") ?? "") && record.key.includes(key);
}
