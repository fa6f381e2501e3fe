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
  const text = stored ?? "";
  if (text.length < LONG_TEXT) return readStored(text);
  const known = LONG_LISTS.get(text);
  if (known !== undefined) return known;
  const list = readStored(text);
  charactersKept += text.length;
  if (charactersKept > MOST_KEPT) {
    LONG_LISTS.clear();
    charactersKept = text.length;
  }
  LONG_LISTS.set(text, list);
  return list;
}

/** Long lists are gone through often: many keys may have the same, and each is compared with several. */
const LONG_LISTS = new Map<string, readonly string[]>();
/** UTF-16 units: of a list that is kept, and of all that are. */
const LONG_TEXT = 1_000;
const MOST_KEPT = 5_000_000;
let charactersKept = 0;

function readStored(stored: string): readonly string[] {
  const entries = stored.split("\n").flatMap((line) => {
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
 * Whether every address of the one list is allowed by the other; what is not an address is allowed by none.
 * Lists can be long, and one can stand under every key.
 */
export function networksCover(outer: readonly string[], inner: readonly string[]): boolean {
  const { ranges } = rangesOf(outer);
  const { ranges: wanted, isWhole } = rangesOf(inner);
  let at = 0;
  return (
    isWhole &&
    wanted.every(({ first, last }) => {
      for (let range = ranges[at]; range && range.last < first; range = ranges[at]) at += 1;
      const range = ranges[at];
      return range !== undefined && range.first <= first && last <= range.last;
    })
  );
}

/** The addresses from one to another, as numbers; those of IPv4 are far above those of IPv6. */
interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

interface AddressRanges {
  /** In order, with a gap between two. */
  readonly ranges: readonly AddressRange[];
  /** Everything in the list is an address or a network. */
  readonly isWhole: boolean;
}

const RANGES = new WeakMap<readonly string[], AddressRanges>();
const IPV4 = 1n << 130n;

function rangesOf(list: readonly string[]): AddressRanges {
  const known = RANGES.get(list);
  if (known !== undefined) return known;
  const networks = list.flatMap((text) => {
    const parsed = parseNetwork(text);
    return parsed.ok ? [rangeOf(parsed.value)] : [];
  });
  const isWhole = networks.length === list.length;
  networks.sort((a, b) => (a.first < b.first ? -1 : Number(a.first > b.first)));
  const ranges: AddressRange[] = [];
  for (const { first, last } of networks) {
    const before = ranges.at(-1);
    if (before === undefined || first > before.last + 1n) ranges.push({ first, last });
    else if (last > before.last) ranges[ranges.length - 1] = { first: before.first, last };
  }
  const found = { ranges, isWhole };
  RANGES.set(list, found);
  return found;
}

function rangeOf({ bytes, prefix }: Network): AddressRange {
  const number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const hosts = (1n << BigInt(bytes.length * 8 - prefix)) - 1n;
  const base = bytes.length === 4 ? IPV4 : 0n;
  return { first: base + (number & ~hosts), last: base + (number | hosts) };
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
  const kept = (at: number): number => Math.max(0, Math.min(8, prefix - 8 * at));
  return { bytes: bytes.map((byte, at) => byte & (0xff << (8 - kept(at)))), prefix };
}

function format({ bytes, prefix }: Network): string {
  const address = ipaddr.fromByteArray([...bytes]).toString();
  return prefix === bytes.length * 8 ? address : `${address}/${prefix}`;
}
