import type { Rest, RestRequest } from "./rest.ts";

/**
 * Sends a request that may safely be carried out twice (a read, or an edit to a fixed text), once
 * more if the first left it unclear whether it was.
 */
export async function sendTwice(rest: Rest, request: RestRequest): ReturnType<Rest> {
  const first = await rest(request);
  return first.ok || first.error.clear ? first : rest(request);
}
