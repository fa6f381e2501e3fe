import ipaddr from "ipaddr.js";
import { err, ok, type Result } from "./result.ts";

/** Why a text is not one address or network. */
export type AddressProblem =
  | { readonly kind: "empty" }
  | { readonly kind: "comma" }
  | { readonly kind: "white-space" }
  | { readonly kind: "zone" }
  | { readonly kind: "range" }
  | { readonly kind: "port"; readonly address: string }
  | { readonly kind: "prefix"; readonly longest: number }
  | { readonly kind: "host-bits"; readonly network: string; readonly host: string }
  | { readonly kind: "not-an-address" };

interface Network {
  /** 4 or 16 bytes; an IPv4-mapped IPv6 address is held as its IPv4. */
  readonly bytes: readonly number[];
  readonly prefix: number;
}

type ParseProblem = Extract<AddressProblem, { kind: "prefix" | "not-an-address" }>;

const DOTTED_TAIL = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/;
const DIGITS = /^\d{1,3}$/;
const PORT = /^(?:([\d.]+)|\[([^\]]*)\]):\d+$/;

/**
 * The one spelling of an address (`10.0.0.1`, `2001:db8::1`) or network (`10.0.0.0/8`). A prefix
 * that covers a single address is dropped; an IPv4-mapped IPv6 address becomes its IPv4. A network
 * with host bits set is refused with the network it lies in: it is usually a slip of the pen.
 */
export function canonicalAddress(text: string): Result<string, AddressProblem> {
  const slip = misspelling(text);
  if (slip) return err(slip);
  const parsed = parseNetwork(text);
  if (!parsed.ok) return parsed;
  const network = format(masked(parsed.value));
  if (network === format(parsed.value)) return ok(network);
  const host = format({ bytes: parsed.value.bytes, prefix: parsed.value.bytes.length * 8 });
  return err({ kind: "host-bits", network, host });
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

/**
 * The canonical spelling of an entry the server holds; `undefined` where the server could not
 * parse it and therefore skips it. Host bits are masked off, as the server does (Go's
 * `net.ParseCIDR`). The text is one line, after the server's own removal of spaces and commas.
 */
export function liveAddress(text: string): string | undefined {
  const parsed = parseNetwork(text);
  return parsed.ok ? format(masked(parsed.value)) : undefined;
}

/** Whether a canonical network takes in every address of its family. */
export function isOpenNetwork(canonical: string): boolean {
  return canonical === "0.0.0.0/0" || canonical === "::/0";
}

/**
 * Tells of a network whether every address of it lies in one of these; what is not an address lies in
 * none. Lists can be long, so each is parsed once, and looked up by the prefixes that occur.
 */
export function networksContain(outer: readonly string[]): (inner: string) => boolean {
  const known = new Map<number, Map<number, Set<string>>>();
  for (const text of outer) {
    const parsed = parseNetwork(text);
    if (!parsed.ok) continue;
    const { bytes, prefix } = parsed.value;
    const byPrefix = known.get(bytes.length) ?? new Map<number, Set<string>>();
    known.set(bytes.length, byPrefix);
    const networks = byPrefix.get(prefix) ?? new Set<string>();
    byPrefix.set(prefix, networks.add(format(masked(parsed.value))));
  }
  return (inner) => {
    const parsed = parseNetwork(inner);
    if (!parsed.ok) return false;
    const { bytes, prefix } = parsed.value;
    return [...(known.get(bytes.length) ?? [])].some(
      ([shorter, networks]) =>
        shorter <= prefix && networks.has(format(masked({ bytes, prefix: shorter }))),
    );
  };
}

function misspelling(text: string): AddressProblem | undefined {
  if (text === "") return { kind: "empty" };
  if (text.includes(",")) return { kind: "comma" };
  if (/\s/u.test(text)) return { kind: "white-space" };
  if (text.length > LONGEST) return { kind: "not-an-address" };
  if (text.includes("%")) return { kind: "zone" };
  if (/^[\d.]+-[\d.]+$/.test(text) || /^[\da-f:.]*:[\da-f:.]*-[\da-f:.]+$/i.test(text)) {
    return { kind: "range" };
  }
  const port = PORT.exec(text);
  const address = port?.[1] ?? port?.[2];
  return address === undefined ? undefined : { kind: "port", address };
}

/** More characters than any address or range of them has; longer texts take long to look at. */
const LONGEST = 100;

function parseNetwork(text: string): Result<Network, ParseProblem> {
  if (text.length > LONGEST) return err({ kind: "not-an-address" });
  const slash = text.indexOf("/");
  const bytes = parseBytes(slash < 0 ? text : text.slice(0, slash));
  if (!bytes) return err({ kind: "not-an-address" });
  const longest = bytes.length * 8;
  const prefix = slash < 0 ? longest : parsePrefix(text.slice(slash + 1));
  if (prefix === undefined || prefix > longest) return err({ kind: "prefix", longest });
  return ok(unmapped({ bytes, prefix }));
}

function parsePrefix(text: string): number | undefined {
  return DIGITS.test(text) ? Number(text) : undefined;
}

function parseBytes(text: string): readonly number[] | undefined {
  if (!text.includes(":")) return parseDotted(text);
  // The parser would take `::1.2.3.4` for `::ffff:1.2.3.4` and let octal tails pass, so a dotted
  // tail is turned into its two groups first.
  const tail = DOTTED_TAIL.exec(text);
  const dotted = tail?.[2] === undefined ? undefined : parseDotted(tail[2]);
  if (tail && !dotted) return undefined;
  const plain = tail && dotted ? `${tail[1] ?? ""}${groups(dotted)}` : text;
  if (!/^[\da-f:]+$/i.test(plain) || !ipaddr.IPv6.isValid(plain)) return undefined;
  return ipaddr.IPv6.parse(plain).toByteArray();
}

function parseDotted(text: string): readonly number[] | undefined {
  // Four decimal parts only: the general parser also takes `10.1` and octal `010.0.0.1`.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.IPv4.parse(text).toByteArray();
}

function groups(dotted: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted;
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** `::ffff:10.0.0.0/104` is `10.0.0.0/8`: the server compares both in four bytes. */
function unmapped(network: Network): Network {
  const { bytes, prefix } = network;
  const mapped = bytes.length === 16 && bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  return mapped && prefix >= 96 ? { bytes: bytes.slice(12), prefix: prefix - 96 } : network;
}

function masked({ bytes, prefix }: Network): Network {
  const family = bytes.length === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const cidr = `${ipaddr.fromByteArray([...bytes]).toString()}/${prefix}`;
  return { bytes: family.networkAddressFromCIDR(cidr).toByteArray(), prefix };
}

function format({ bytes, prefix }: Network): string {
  const address = ipaddr.fromByteArray([...bytes]).toString();
  return prefix === bytes.length * 8 ? address : `${address}/${prefix}`;
}
