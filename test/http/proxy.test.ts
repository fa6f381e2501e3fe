import { describe, expect, test } from "vitest";
import { isLoopback, readProxy } from "../../src/http/proxy.ts";

describe("HTTPS_PROXY", () => {
  test.each([
    ["with a scheme", "http://proxy.example:3128", "http://proxy.example:3128"],
    ["without one, as other programs take it", "proxy.example:3128", "http://proxy.example:3128"],
    ["over TLS", "https://proxy.example", "https://proxy.example"],
  ])("%s", (_what, HTTPS_PROXY, httpsProxy) => {
    expect(readProxy({ HTTPS_PROXY, NO_PROXY: "a" })).toEqual({
      ok: true,
      value: { httpsProxy, noProxy: "a" },
    });
  });

  test("in lower case goes first; empty is none", () => {
    const env = { HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1" };
    expect(readProxy(env)).toMatchObject({ value: { httpsProxy: "http://lower:1" } });
    expect(readProxy({ HTTPS_PROXY: " " })).toEqual({ ok: true, value: undefined });
  });

  test.each([
    ["2001:db8::1", "[2001:db8::1]"],
    ["a.example, ::1,10.0.0.1:80", "a.example, [::1],10.0.0.1:80"],
    ["[2001:db8::1]:8080 .example", "[2001:db8::1]:8080 .example"],
    ["cafe:80", "cafe:80"],
  ])("NO_PROXY %s names addresses as %s", (NO_PROXY, noProxy) => {
    const read = readProxy({ HTTPS_PROXY: "http://proxy.example", NO_PROXY });
    expect(read).toMatchObject({ value: { noProxy } });
  });

  test.each(["socks5://user:secret@proxy:1", "http://", "::secret::", "http://u:5%secret@proxy:1"])(
    "%j is a usage error that does not repeat it",
    (HTTPS_PROXY) => {
      const result = readProxy({ HTTPS_PROXY });
      expect(result).toMatchObject({ ok: false, error: { code: "usage" } });
      expect(JSON.stringify(result)).not.toContain("secret");
    },
  );
});

test.each([
  ["http://localhost:8080/x", true],
  ["https://127.9.0.1", true],
  ["http://[::1]:1", true],
  // A name with a final dot is asked of DNS.
  ["http://localhost.:8080", false],
  ["https://[::ffff:127.0.0.1]", true],
  ["https://[::ffff:10.0.0.1]", false],
  ["http://127.0.0.1.example", false],
  ["https://localhost.example", false],
  ["https://10.0.0.1", false],
])("%s is on this machine: %s", (url, expected) => {
  expect(isLoopback(url)).toBe(expected);
});
