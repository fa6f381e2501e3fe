import { httpServer, sendJson, type HttpServer } from "./http-server.ts";

/** How a leaky server answers a request: its records, or a refusal that quotes the secrets. */
export type LeakyMode =
  | "records"
  | "refuse-writes"
  | "unauthorized"
  | "refuse-list"
  | "not-found"
  | "server-error"
  | "html"
  | "redirect"
  /** Never answers. */
  | "hanging";

/**
 * A server with no discretion: whole keys in names, groups, lists and fields nobody knows, and the
 * access token in every message.
 */
export function leakyServer(
  mode: LeakyMode,
  token: string,
  keys: readonly [string, string],
): Promise<HttpServer> {
  const [first, second] = keys;
  const words = `token ${token} may not use sk-${first} or ${second}`;
  const record = {
    id: 1,
    user_id: 1,
    key: first,
    status: 1,
    name: "worker",
    created_time: 1_800_000_000,
    accessed_time: 1_800_000_000,
    expired_time: -1,
    remain_quota: 1,
    unlimited_quota: false,
    model_limits_enabled: true,
    model_limits: `${first},${token}`,
    allow_ips: `${token}\n${second}`,
    used_quota: 0,
    group: `g-${first}-${token}`,
    cross_group_retry: false,
    secret: first,
    [`x-${token}`]: second,
  };
  const data = { key: second };
  const quoted = JSON.stringify(data);
  const items = [record, { ...record, id: 2, key: `sk-${second}`, name: `n-${second} ${token}` }];
  return httpServer((request, response) => {
    const isList = request.url?.startsWith("/api/token/?") === true && request.method === "GET";
    switch (mode) {
      case "records":
      case "refuse-writes":
        if (isList) {
          const page = { page: 1, page_size: 100, total: 2, items };
          return sendJson(response, 200, { success: true, message: words, data: page });
        }
        if (request.url === "/api/token/1") {
          return sendJson(response, 200, { success: true, message: words, data: record });
        }
        return sendJson(response, 200, { success: mode === "records", message: words });
      case "hanging":
        return undefined;
      case "unauthorized":
        return sendJson(response, 401, { code: "AUTH_UNAUTHORIZED", message: words, data });
      case "refuse-list":
        return sendJson(response, 200, { success: false, message: words, data: [second] });
      case "not-found":
        return sendJson(response, 404, { error: { message: `${words}: ${quoted}` } });
      case "server-error":
        return sendJson(response, 500, {
          error: { code: "invalid_request", message: words, data },
        });
      case "html":
        response.writeHead(200, { "Content-Type": "text/html" });
        return void response.end(`<html>${words}</html>`);
      case "redirect":
        response.writeHead(301, { Location: `/${token}/${first}` });
        return void response.end();
    }
  });
}
