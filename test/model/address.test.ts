import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import {
  canonicalAddress,
  isOpenNetwork,
  liveAddress,
  liveAddresses,
  networksCover,
} from "../../src/model/address.ts";

describe("canonicalAddress", () => {
  test.each([
    ["10.0.0.1", "10.0.0.1"],
    ["10.0.0.1/32", "10.0.0.1"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8:0:0::0001", "2001:db8::1"],
    ["2001:db8::1/128", "2001:db8::1"],
    ["2001:db8::/32", "2001:db8::/32"],
    ["::", "::"],
    ["::/0", "::/0"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:0.0.0.0/96", "0.0.0.0/0"],
    ["::1.2.3.4", "::102:304"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ])("%s is written %s", (text, canonical) => {
    expect(canonicalAddress(text)).toEqual({ ok: true, value: canonical });
    expect(liveAddress(text)).toBe(canonical);
  });

  test.each([
    ["10.0.0.1/8", "10.0.0.0/8", "10.0.0.1"],
    ["10.1.2.3/31", "10.1.2.2/31", "10.1.2.3"],
    ["192.0.2.1/0", "0.0.0.0/0", "192.0.2.1"],
    ["2001:db8::1/32", "2001:db8::/32", "2001:db8::1"],
    ["::ffff:10.0.0.1/104", "10.0.0.0/8", "10.0.0.1"],
  ])("%s has host bits: the network is %s", (text, network, host) => {
    expect(canonicalAddress(text)).toEqual({
      ok: false,
      error: { kind: "host-bits", network, host },
    });
    expect(liveAddress(text)).toBe(network);
  });

  test.each([
    ["", "empty"],
    ["10.0.0.1,10.0.0.2", "comma"],
    ["10.0.0.1 10.0.0.2", "white-space"],
    ["fe80::1%eth0", "zone"],
    ["10.0.0.1-10.0.0.9", "range"],
    ["2001:db8::1-2001:db8::9", "range"],
    ["10.0.0.1:8080", "port"],
    ["[2001:db8::1]:443", "port"],
    ["10.0.0.0/33", "prefix"],
    ["2001:db8::/129", "prefix"],
    ["10.0.0.0/", "prefix"],
    ["10.0.0.0/-1", "prefix"],
    ["10.0.0.0/8/8", "prefix"],
    ["010.0.0.1", "not-an-address"],
    ["10.1", "not-an-address"],
    ["0x0a.0.0.1", "not-an-address"],
    ["167772161", "not-an-address"],
    ["10.0.0.256", "not-an-address"],
    ["10.0.0.1.", "not-an-address"],
    ["::ffff:010.0.0.1", "not-an-address"],
    ["::ffff:1.2.3", "not-an-address"],
    ["1::2::3", "not-an-address"],
    ["12345::", "not-an-address"],
    ["1:2:3:4:5:6:7", "not-an-address"],
    ["1:2:3:4:5:6:7:8:9", "not-an-address"],
    ["[::1]", "not-an-address"],
    ["localhost", "not-an-address"],
    ["*", "not-an-address"],
  ])("%s is refused as %s, and the server does not parse it", (text, kind) => {
    expect(canonicalAddress(text)).toMatchObject({ ok: false, error: { kind } });
    expect(liveAddress(text)).toBeUndefined();
  });

  test("a canonical spelling is its own canonical spelling", () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.tuple(fc.ipV4(), fc.nat(32)).map(([ip, prefix]) => `${ip}/${prefix}`),
      fc.tuple(fc.ipV6(), fc.nat(128)).map(([ip, prefix]) => `${ip}/${prefix}`),
    );
    fc.assert(
      fc.property(address, (text) => {
        const canonical = liveAddress(text);
        expect(canonicalAddress(canonical ?? "")).toEqual({ ok: true, value: canonical });
      }),
    );
  });
});

test("only the networks that hold every address are open", () => {
  expect(["0.0.0.0/0", "::/0"].every(isOpenNetwork)).toBe(true);
  expect(["0.0.0.0", "0.0.0.0/1", "::", "::/1"].some(isOpenNetwork)).toBe(false);
});

describe("stored addresses are read as the server uses them", () => {
  test.each([
    [null, []],
    ["", []],
    [" \n\n", []],
    ["10.0.0.1\n10.0.0.2", ["10.0.0.1", "10.0.0.2"]],
    ["10.0.0.1\r\n10.0.0.2", ["10.0.0.1", "10.0.0.2"]],
    ["10.0.0.1\t\n10.0.0.1", ["10.0.0.1"]],
    ["1 0.0.0. 1", ["10.0.0.1"]],
    ["10.0.0.1,10.0.0.2", ["10.0.0.1,10.0.0.2"]],
    ["10.0.0.1,", ["10.0.0.1"]],
    ["10.0.0.1/32\n2001:DB8::1/128", ["10.0.0.1", "2001:db8::1"]],
    ["10.1.2.3/8", ["10.0.0.0/8"]],
    ["not-an-ip", ["not-an-ip"]],
    ["10.0.0.1;10.0.0.2", ["10.0.0.1;10.0.0.2"]],
  ])("%j", (stored, addresses) => {
    expect(liveAddresses(stored)).toEqual(addresses);
  });
});

test("a text longer than any address is none, and not looked at for long", () => {
  const long = ":".repeat(1_000_000);
  expect(canonicalAddress(long)).toEqual({ ok: false, error: { kind: "not-an-address" } });
  expect(liveAddress(long)).toBeUndefined();
});

describe("networks that lie in others", () => {
  test.each([
    [["10.0.0.0/8"], "10.1.2.3", true],
    [["10.0.0.0/8"], "10.1.0.0/16", true],
    [["10.1.0.0/16"], "10.0.0.0/8", false],
    [["10.0.0.1"], "10.0.0.1", true],
    [["10.0.0.1"], "10.0.0.2", false],
    [["192.0.2.0/24", "10.0.0.0/8"], "10.1.2.3", true],
    [["2001:db8::/32"], "2001:db8:1::/48", true],
    [["2001:db8::/32"], "10.0.0.1", false],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [["host"], "10.0.0.1", false],
    [["10.0.0.0/8"], "host", false],
    [["11.0.0.0/8", "10.0.0.0/8"], "10.0.0.0/7", true],
    [["10.0.0.0/8", "10.1.0.0/16"], "10.200.0.1", true],
    [["::/0"], "10.0.0.1", false],
    [[], "10.0.0.1", false],
  ])("%j has %s: %s", (outer, inner, expected) => {
    expect(networksCover(outer, [inner])).toBe(expected);
  });
});

test("a long stored list that several keys have is read once", () => {
  const stored = Array.from({ length: 300 }, (_, n) => `10.0.${n >> 8}.${n & 255}`).join("\n");
  const list = liveAddresses(stored);
  expect(list).toHaveLength(300);
  expect(liveAddresses(`${stored.slice(0, 500)}${stored.slice(500)}`)).toBe(list);
});
