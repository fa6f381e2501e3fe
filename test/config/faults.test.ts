import { describe, expect, test } from "vitest";
import { decodeSource } from "../../src/config/decode.ts";
import { loadDesired } from "../../src/config/load-desired.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import { diagnosticsText } from "../support/config-scenario.ts";
import { FAULTS, PLANTED_SECRET } from "../support/faults.ts";
import { faultyFile, soundFile } from "../support/faulty-file.ts";
import { seededRandom } from "../support/seeded-random.ts";

const FILES = 300;
const MUTATIONS = process.env["LONG"] ? 4_000 : 200;

function load(text: string): readonly Diagnostic[] {
  return loadDesired([{ file: "keys.yaml", text }]).diagnostics;
}

describe("a file with one fault", () => {
  const seeds = Array.from({ length: FILES }, (_, seed) => seed);

  test.each(seeds)("seed %i has one error, on the line of the fault", (seed) => {
    const { text, kind, code, line } = faultyFile(seed);
    const errors = load(text).filter(({ severity }) => severity === "error");
    const told = errors.map((error) => ({ code: error.code, line: error.at?.line }));
    expect(told, `${kind}\n${text}`).toEqual([{ code, line }]);
  });

  test("the seeds cover every kind of fault", () => {
    const kinds = new Set(seeds.map((seed) => faultyFile(seed).kind));
    expect(kinds.size).toBe(FAULTS.length);
    expect(kinds.size).toBeGreaterThanOrEqual(25);
  });

  test.each(seeds)("seed %i has no error before the fault is planted", (seed) => {
    expect(diagnosticsText(load(soundFile(seed)))).toBe("");
  });
});

describe("a file with bytes changed at random", () => {
  test("never makes the loader throw, leaves no diagnostic without a place, and shows no key", () => {
    const random = seededRandom(7);
    for (let round = 0; round < MUTATIONS; round += 1) {
      const text = `${soundFile(round)}# ${PLANTED_SECRET}\nx-old: "${PLANTED_SECRET}"\n`;
      const bytes = new TextEncoder().encode(text);
      for (let changes = 1 + random.below(6); changes > 0; changes -= 1) {
        bytes[random.below(bytes.length)] = random
          .pick(Array.from("\"'{}[]:,-#&*!|>%@`~\\ \t\n\r0a\u0000"))
          .charCodeAt(0);
      }
      const source = decodeSource("keys.yaml", bytes);
      const diagnostics = source.ok ? loadDesired([source.value]).diagnostics : [];
      expect(JSON.stringify(diagnostics) + diagnosticsText(diagnostics)).not.toMatch(
        /sk-[A-Za-z0-9]{32}/,
      );
      for (const { at, fix, frame } of diagnostics) {
        expect(at?.line).toBeGreaterThan(0);
        expect(at?.column).toBeGreaterThan(0);
        expect(fix).toMatch(/\S/);
        expect(frame?.filter(({ marked }) => marked)).toHaveLength(1);
      }
    }
  });

  test("never makes the decoder throw", () => {
    const random = seededRandom(11);
    for (let round = 0; round < MUTATIONS; round += 1) {
      const bytes = new TextEncoder().encode(soundFile(round));
      bytes[random.below(bytes.length)] = 128 + random.below(128);
      const source = decodeSource("keys.yaml", bytes);
      expect(source.ok ? source.value.file : source.error.code).toMatch(
        /^(?:keys\.yaml|file-encoding)$/,
      );
    }
  });
});

test("a list that no server's record could hold is refused before it is sent", () => {
  const addresses = (count: number) =>
    Array.from({ length: count }, (_, n) => `10.${n >> 8}.${n & 255}.1`);
  const models = (count: number) => Array.from({ length: count }, (_, n) => `model-number-${n}`);
  const key = (field: string) => `version: 1\nkeys: [{ name: a, remain_quota: 5, ${field} }]\n`;
  const found = (field: string) => load(key(field)).map(({ code }) => code);
  expect(found(`allow_ips: [${addresses(1_900).join(", ")}]`)).toEqual([]);
  expect(found(`allow_ips: [${addresses(4_000).join(", ")}]`)).toEqual(["address-invalid"]);
  expect(found(`model_limits: [${models(1_500).join(", ")}]`)).toEqual([]);
  expect(found(`model_limits: "${models(3_000).join(",")}"`)).toEqual(["models-invalid"]);
});

test("a file is searched for keys whatever stands in it, to the last of millions of broken lines", () => {
  const text = `version: 1\nkeys: []\n# s${"\\\n".repeat(4_500_000)}`;
  expect(load(text)).toMatchObject([{ code: "file-too-large" }]);
  const key = `s\\\n  k\\\n-${"a1".repeat(20)}`;
  expect(diagnosticsText(load(`version: 1\nkeys: [\n"${key}"\n`))).not.toContain("a1a1");
});
