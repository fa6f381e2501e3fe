/** Endpoints without a variable part. */
const FIXED_ROUTES = {
  "GET /api/token/": "list",
  "POST /api/token/": "create",
  "PUT /api/token/": "update",
  "GET /api/token/search": "search",
  "GET /api/token/auto-groups": "auto-groups",
  "POST /api/token/batch/keys": "reveal-batch",
  "GET /api/user/self": "self",
  "GET /api/user/self/groups": "self-groups",
  "GET /api/user/models": "user-models",
  "GET /api/models": "models",
  "GET /v1/models": "gateway",
} as const;

type FixedName = (typeof FIXED_ROUTES)[keyof typeof FIXED_ROUTES];

/** An endpoint; `id` is the text found in the path, a number or not. */
export type Route =
  | { readonly name: FixedName }
  | { readonly name: "get" | "delete" | "reveal"; readonly id: string };

const FIXED = new Map<string, FixedName>(Object.entries(FIXED_ROUTES));

/** The endpoint at a path, or undefined. A trailing slash too many or too few is another path. */
export function matchRoute(method: string, path: string): Route | undefined {
  const fixed = FIXED.get(`${method} ${path}`);
  if (fixed !== undefined) return { name: fixed };
  const [, id, rest] = /^\/api\/token\/([^/]+)(\/key)?$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  if (rest !== undefined) return method === "POST" ? { name: "reveal", id } : undefined;
  if (method === "GET") return { name: "get", id };
  return method === "DELETE" ? { name: "delete", id } : undefined;
}

/** The path that differs by its trailing slash alone. */
export function toggleSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
}
