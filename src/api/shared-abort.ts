import { setMaxListeners } from "node:events";

/**
 * A controller whose signal every request of a run listens to. Node takes more than ten listeners
 * for a leak and says so on stderr; here there is one for each request in flight, up to
 * `--concurrency`, and each takes itself off.
 */
export function createSharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
