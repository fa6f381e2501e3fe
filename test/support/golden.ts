import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";

/**
 * Compares a text with the file that records it. With UPDATE_GOLDEN=1 the file is written instead,
 * and the difference is reviewed in git.
 */
export function expectGolden(path: string, actual: string): void {
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  expect({ path, text: actual }).toEqual({ path, text: readFileSync(path, "utf8") });
}
