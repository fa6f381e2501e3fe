import { unreachable } from "../model/unreachable.ts";
import type { NameAlteration } from "./fault.ts";

/** Characters that are left of a cut name. */
const CUT = 20;

/** The name a server stores that does not keep names as they are sent. */
export function alterName(name: string, how: NameAlteration): string {
  switch (how) {
    case "lower":
      return name.toLowerCase();
    case "cut":
      return Array.from(name).slice(0, CUT).join("");
    case "nfd":
      return name.normalize("NFD");
    default:
      return unreachable(how);
  }
}
