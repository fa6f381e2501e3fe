import type { Gatekeeper } from "./gateway.ts";
import { noise, touched, undeclaredIn } from "./judge.ts";
import { atPlace } from "./place.ts";
import type { CliProcess } from "./start-cli.ts";

/** Requests of a run without faults: 1 list, 3 creates, 1 look, 3 + 5 of updates, 3 of a delete. */
export const REQUESTS = 16;

/**
 * Kills a run when its `number`th request has arrived, before the server acts on it or after, and
 * runs again once everything the dead run had sent has landed. Returns what is wrong then.
 */
export async function playKill(
  number: number,
  moment: "before" | "after",
): Promise<readonly string[]> {
  let victim: CliProcess | undefined;
  const gatekeeper: Gatekeeper = async (request, forward) => {
    if (request.number !== number || victim === undefined) return forward();
    if (moment === "after") await forward();
    victim.kill("SIGKILL");
    await victim.ended;
    return undefined;
  };
  return atPlace({ gatekeeper }, async ({ sandbox, gateway, before, start, apply }) => {
    victim = start();
    const { signal } = await victim.ended;
    if (signal !== "SIGKILL") return [`there was no request ${number}`];
    await gateway.isQuiet();
    victim = undefined;
    const left = touched(sandbox.store.all(), before);
    const again = await apply();
    return [
      ...left,
      ...(again.code === 0 ? [] : [`${again.code}: ${again.stdout}`]),
      ...noise(again),
      ...undeclaredIn(sandbox.store.all(), before),
    ];
  });
}
