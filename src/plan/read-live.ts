import { liveAddress } from "../model/address.ts";

/**
 * The model ids a stored `model_limits` really allows. The server splits on `,` and does not trim,
 * so ` b` in `a, b` is another id than `b` and stays visible as one.
 */
export function liveModels(stored: string): readonly string[] {
  return [...new Set(stored.split(",").filter((id) => id !== ""))];
}

/**
 * The addresses a stored `allow_ips` really allows: spaces are deleted, lines split and trimmed,
 * commas deleted. `10.0.0.1,10.0.0.2` therefore is one entry that matches nobody; entries the
 * server cannot parse are kept as they are, so that they differ from anything declared.
 */
export function liveAddresses(stored: string | null): readonly string[] {
  const entries = (stored ?? "").split("\n").flatMap((line) => {
    const read = line.replaceAll(" ", "").trim().replaceAll(",", "");
    // What matches nobody is shown as it is stored, which is how a reviewer knows it.
    return read === "" ? [] : [liveAddress(read) ?? line.trim()];
  });
  return [...new Set(entries)];
}
