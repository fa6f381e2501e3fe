import type { Send } from "../http/send.ts";

/**
 * Lets only GET through. The commands that must not write hold a client without write methods;
 * this guard stands under it, so that a mistake above cannot reach the server either.
 */
export function getOnly(send: Send): Send {
  return (request) => {
    if (request.method === "GET") return send(request);
    throw new Error(`${request.method} ${request.path} from a command that only reads`);
  };
}
