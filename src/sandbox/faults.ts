import type { Random } from "../model/ports.ts";
import { unreachable } from "../model/unreachable.ts";
import type { SandboxRequest } from "./answer.ts";
import type { Fault, FaultAction, FaultPlace, FaultTiming } from "./fault.ts";
import { matchRoute } from "./route.ts";

/** Tells what goes wrong with a request, if anything; call it once for each, in order of arrival. */
export type FaultPicker = (request: SandboxRequest) => FaultAction | undefined;

/**
 * Every fault counts the requests it may strike on its own; where several strike one request, the
 * first in the list wins.
 */
export function createFaultPicker(faults: readonly Fault[], random: Random): FaultPicker {
  const counted = faults.map((fault) => ({ fault, seen: 0 }));
  return (request) => {
    let action: FaultAction | undefined;
    for (const entry of counted) {
      if (!mayStrike(entry.fault, request)) continue;
      entry.seen += 1;
      if (isDue(entry.fault.when, entry.seen, random)) action ??= entry.fault.action;
    }
    return action;
  };
}

function mayStrike({ where, action }: Fault, request: SandboxRequest): boolean {
  if (action.kind === "refused-name" && nameOf(request.bodyText) !== action.name) return false;
  const place = placeOf(request);
  if (where === "any") return true;
  if (where === "write") return place !== undefined && place !== "list" && place !== "get";
  return place === where;
}

function placeOf(request: SandboxRequest): Exclude<FaultPlace, "any" | "write"> | undefined {
  const route = matchRoute(request.method, request.path)?.name;
  if (route === "list" || route === "get" || route === "delete") return route;
  if (route === "create") return "post";
  if (route !== "update") return undefined;
  return new URLSearchParams(request.query).get("status_only") ? "status" : "put";
}

function nameOf(bodyText: string): unknown {
  try {
    const body: unknown = JSON.parse(bodyText);
    return typeof body === "object" && body !== null && "name" in body ? body.name : undefined;
  } catch {
    return undefined;
  }
}

function isDue(when: FaultTiming, count: number, random: Random): boolean {
  switch (when.kind) {
    case "every":
      return true;
    case "at":
      return when.counts.includes(count);
    case "from":
      return count >= when.count;
    case "chance":
      return random() * 100 < when.percent;
    default:
      return unreachable(when);
  }
}
