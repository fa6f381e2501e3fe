import { type AddressProblem, canonicalAddress, isOpenNetwork } from "../model/address.ts";
import { unreachable } from "../model/unreachable.ts";
import { type Located, headOf } from "./nodes.ts";
import type { Range, Report } from "./problem.ts";

/**
 * `allow_ips` in canonical spelling, without repeats, in file order; `[]` for an empty list, empty
 * text and null. Text holds one address a line, as the server has it.
 */
export function readAddresses(node: Located, report: Report): readonly string[] | undefined {
  if (node.kind === "list") {
    return readEach(
      node.items.map((item) => [textOf(item), headOf(item)]),
      report,
    );
  }
  if (node.kind !== "scalar") return undefined;
  if (node.value === null) return [];
  if (typeof node.value !== "string") return undefined;
  const lines = node.value.split("\n").map((line) => line.trim());
  const range = headOf(node);
  return readEach(
    lines.filter((line) => line !== "").map((line) => [line, range]),
    report,
  );
}

function textOf(item: Located): string | undefined {
  return item.kind === "scalar" && typeof item.value === "string" ? item.value.trim() : undefined;
}

function readEach(
  texts: readonly (readonly [text: string | undefined, range: Range])[],
  report: Report,
): readonly string[] | undefined {
  const addresses = new Set<string>();
  let sound = true;
  for (const [text, range] of texts) {
    const address = text === undefined ? undefined : readOne(text, range, report);
    if (address === undefined) sound = false;
    else addresses.add(address);
  }
  return sound ? [...addresses] : undefined;
}

function readOne(text: string, range: Range, report: Report): string | undefined {
  const address = canonicalAddress(text);
  if (!address.ok) {
    report({ code: "address-invalid", range, ...words(text, address.error) });
    return undefined;
  }
  if (isOpenNetwork(address.value)) {
    report({
      severity: "warning",
      code: "address-open",
      range,
      message: `${address.value} lets every address of its kind in`,
      fix: "name the networks the key is used from, or write allow_ips: [] for no restriction",
    });
  }
  return address.value;
}

function words(text: string, problem: AddressProblem): { message: string; fix: string } {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  switch (problem.kind) {
    case "empty":
      return { message: "an address is empty", fix: "remove the item; [] lifts the restriction" };
    case "comma":
      return {
        message:
          "addresses are separated by commas: the server deletes commas and would run the addresses together",
        fix: `write a list: [${listOf(shown, /,/)}]`,
      };
    case "white-space":
      return {
        message:
          "addresses are separated by white space: the server deletes spaces and would run the addresses together",
        fix: `write a list: [${listOf(shown, /\s/u)}]`,
      };
    case "zone":
      return {
        message: `${shown} has a zone, which the server does not take`,
        fix: "write the address without % and what follows",
      };
    case "range":
      return {
        message: `${shown} is a range, which the server does not take`,
        fix: "write networks, such as 10.0.0.0/28, or single addresses",
      };
    case "port":
      return {
        message: `${shown} has a port; only addresses are compared`,
        fix: `write ${problem.address}`,
      };
    case "prefix":
      return {
        message: `the prefix length of ${shown} is not between 0 and ${problem.longest}`,
        fix: `write a number from 0 to ${problem.longest} after the slash`,
      };
    case "host-bits":
      return {
        message: `${shown} is an address inside the network ${problem.network}`,
        fix: `write ${problem.network} for the network, or ${problem.host} for the one address`,
      };
    case "not-an-address":
      return {
        message: `"${shown}" is not an IPv4 or IPv6 address or network`,
        fix: notAnAddress(shown),
      };
    default:
      return unreachable(problem);
  }
}

function notAnAddress(text: string): string {
  if (/^[\d.]+(?:\/\d+)?$/.test(text))
    return "write four decimal numbers without leading zeros, as in 10.0.0.1 or 10.0.0.0/8";
  if (/^\*|[\d.]+\*/.test(text)) return "write a network instead of *, as in 10.0.0.0/8";
  if (/[g-z]/i.test(text)) return "write addresses: the server does not look up host names";
  return "write an address such as 10.0.0.1 or 2001:db8::1, or a network such as 10.0.0.0/8";
}

function listOf(text: string, separator: RegExp): string {
  const items = text.split(separator).map((part) => part.trim());
  return items
    .filter((part) => part !== "")
    .map((part) => (part.includes(":") ? `"${part}"` : part))
    .join(", ");
}
