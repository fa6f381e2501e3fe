import { isScalar, isSeq } from "yaml";
import { canonicalAddress, isOpenNetwork } from "../model/address.ts";
import { at, textOf, type Value } from "./nodes.ts";
import type { Range, Report } from "./problem.ts";

/**
 * `allow_ips` in canonical spelling, without repeats, in file order; `[]` for an empty list, empty
 * text and null. Text holds one address a line, as the server has it.
 */
export function readAddresses(node: Value, report: Report): readonly string[] | undefined {
  if (isScalar(node) && node.value === null) return [];
  const addresses = isSeq<Value>(node)
    ? node.items.map((item) => readOne(textOf(item), at(item), report))
    : textOf(node)
        ?.split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => readOne(line, at(node), report));
  if (!addresses) return undefined;
  const sound = addresses.filter((address) => address !== undefined);
  return sound.length === addresses.length ? [...new Set(sound)] : undefined;
}

function readOne(written: string | undefined, range: Range, report: Report): string | undefined {
  if (written === undefined) return undefined;
  const text = written.trim();
  const address = canonicalAddress(text);
  if (!address.ok) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    const { kind, ...details } = address.error;
    const values = { shown, list: listOf(shown), advice: adviceOn(shown), ...details };
    return report(range, `address-invalid/${kind}`, values);
  }
  if (isOpenNetwork(address.value)) report(range, "address-open", { address: address.value });
  return address.value;
}

/** What to write in place of a text that is not an address at all. */
function adviceOn(text: string): string {
  if (/^[\d.]+(?:\/\d+)?$/.test(text))
    return "write four decimal numbers without leading zeros, as in 10.0.0.1 or 10.0.0.0/8";
  if (/^\*|[\d.]+\*/.test(text)) return "write a network instead of *, as in 10.0.0.0/8";
  if (/[g-z]/i.test(text)) return "write addresses: the server does not look up host names";
  return "write an address such as 10.0.0.1 or 2001:db8::1, or a network such as 10.0.0.0/8";
}

/** The addresses of a text that holds several, as the items of a YAML list. */
function listOf(text: string): string {
  const items = text.split(text.includes(",") ? "," : /\s/u).map((part) => part.trim());
  return items
    .filter((part) => part !== "")
    .map((part) => (part.includes(":") ? `"${part}"` : part))
    .join(", ");
}
