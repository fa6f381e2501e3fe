import { expect, test, vi } from "vitest";
import { loadDesired } from "../../src/config/load-desired.ts";

test("the form of a long text is found once, however often an alias stands for it", () => {
  // Marks in falling order of their class take the square of their number to be brought into NFC.
  const marks = "\u0345\u0360\u0334".repeat(300);
  const aliases = "*a, ".repeat(1_000);
  const text = `version: 1\nx-a: &a "a${marks}"\nkeys:\n  - { name: k, remain_quota: 5, x-b: [${aliases}] }\n`;
  const normalize = vi.spyOn(String.prototype, "normalize");
  const { diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  const longOnes = normalize.mock.contexts.filter((it) => String(it).length > 800);
  normalize.mockRestore();
  expect(diagnostics).toEqual([]);
  expect(longOnes.length).toBeLessThan(10);
});
