import { describe, expect, test } from "vitest";
import { decodeSource, MAX_FILE_BYTES } from "../../src/config/decode.ts";

function decode(bytes: readonly number[]): ReturnType<typeof decodeSource> {
  return decodeSource("keys.yaml", Uint8Array.from(bytes));
}

describe("decodeSource", () => {
  test("takes UTF-8 and drops its byte order mark", () => {
    const bytes = new TextEncoder().encode("\uFEFFversion: 1 # caf\u00e9\n");
    const text = "version: 1 # caf\u00e9\n";
    expect(decodeSource("keys.yaml", bytes)).toEqual({
      ok: true,
      value: { file: "keys.yaml", text },
    });
  });

  test("an empty file is a text", () => {
    expect(decode([])).toEqual({ ok: true, value: { file: "keys.yaml", text: "" } });
  });

  test.each([
    ["little-endian with its mark", [0xff, 0xfe, 0x61, 0x00]],
    ["big-endian with its mark", [0xfe, 0xff, 0x00, 0x61]],
    ["little-endian without a mark", [0x61, 0x00, 0x3a, 0x00]],
    ["big-endian without a mark", [0x00, 0x61, 0x00, 0x3a]],
  ])("UTF-16 %s is called by its name", (_, bytes) => {
    expect(decode(bytes)).toMatchObject({
      ok: false,
      error: { code: "file-encoding", message: expect.stringContaining("UTF-16") },
    });
  });

  test("a byte that is not UTF-8 is shown at its line and column", () => {
    const good = new TextEncoder().encode("a: \u6f22\u{1F600}\nb: \uFFFD\u6f22");
    expect(decode([...good, 0xe9, 0x0a, 0x63])).toMatchObject({
      ok: false,
      error: { code: "file-encoding", at: { line: 2, column: 6 } },
    });
  });

  test("10 MB are read, one byte more is not", () => {
    const limit = new Uint8Array(MAX_FILE_BYTES).fill(0x20);
    expect(decodeSource("keys.yaml", limit).ok).toBe(true);
    const more = new Uint8Array(MAX_FILE_BYTES + 1).fill(0x20);
    expect(decodeSource("keys.yaml", more)).toMatchObject({ error: { code: "file-too-large" } });
  });
});
