import type { Code } from "../../src/model/codes.ts";
import { FAULTS, type FaultyKey, type Pair } from "./faults.ts";
import { seededRandom, type SeededRandom } from "./seeded-random.ts";

/** A file with one fault, what it is and where. */
export interface FaultyFile {
  readonly text: string;
  readonly kind: string;
  /** The code an error on that line must have. */
  readonly code: Code;
  readonly line: number;
}

/**
 * A file of 1 to 12 keys in a random style with one fault in it. The kinds take turns with the
 * seed, so that successive seeds cover them all.
 */
export function faultyFile(seed: number): FaultyFile {
  const random = seededRandom(seed);
  const fault = FAULTS[seed % FAULTS.length];
  if (!fault) throw new Error("there are no faults");
  // A duplicate needs another name to clash with.
  const names = keyNames(random, fault.kind === "name-duplicate" ? 2 : 1);
  const victim = names.length === 1 ? 0 : 1 + random.below(names.length - 1);
  const lines = header(random);
  let line = 0;
  for (const [index, name] of names.entries()) {
    if (random.chance(0.2)) lines.push("  # a comment between keys");
    const pairs = soundKey(name, random);
    const block = random.chance(0.5);
    if (index !== victim) {
      lines.push(...(block ? blockLines({ pairs, at: 0 }, random).lines : [flowLine(pairs)]));
      continue;
    }
    const faulty = fault.apply(pairs, names[0] ?? "");
    const before = lines.length;
    if (block || fault.blockOnly) {
      const written = blockLines(faulty, random);
      lines.push(...written.lines);
      line = before + written.at + 1;
    } else {
      lines.push(flowLine(faulty.pairs) + (faulty.comment ?? ""));
      line = before + 1;
    }
  }
  const text = `${lines.join("\n")}\n`;
  const ending = random.chance(0.3) ? text.replaceAll("\n", "\r\n") : text;
  return { text: ending, kind: fault.kind, code: fault.code, line };
}

/** A file like the others without a fault; it has no errors. */
export function soundFile(seed: number): string {
  const random = seededRandom(seed);
  const lines = header(random);
  for (const name of keyNames(random, 1)) {
    const pairs = soundKey(name, random);
    lines.push(
      ...(random.chance(0.5) ? blockLines({ pairs, at: 0 }, random).lines : [flowLine(pairs)]),
    );
  }
  return `${lines.join("\n")}\n`;
}

function keyNames(random: SeededRandom, atLeast: number): readonly string[] {
  const length = atLeast + random.below(13 - atLeast);
  return Array.from({ length }, (_, index) => `key-${index}`);
}

function header(random: SeededRandom): string[] {
  const lines = random.chance(0.5) ? ["# keys of the team", "version: 1"] : ["version: 1"];
  if (random.chance(0.3)) lines.push("account: { user_id: 5678 }");
  if (random.chance(0.3)) lines.push("defaults:", "  expired_time: never");
  return [...lines, "keys:"];
}

function soundKey(name: string, random: SeededRandom): readonly Pair[] {
  const optional: readonly Pair[] = [
    ["description", random.pick(["deploy pipeline", '"quoted: text"', "'single'"])],
    ["expired_time", random.pick(["2027-01-31", "2027-01-31T00:00:00Z", "1801353600", "-1"])],
    ["model_limits", random.pick(["[gpt-4o, claude-sonnet-4]", '"gpt-4o,gpt-4o-mini"', "[]"])],
    ["allow_ips", random.pick(["[10.0.0.0/8]", '["2001:db8::1", 192.0.2.1]', "null"])],
    ["status", random.pick(["enabled", "disabled", "1"])],
  ];
  const quota: Pair = ["remain_quota", String(1 + random.below(1_000_000))];
  return [["name", name], quota, ...optional.filter(() => random.chance(0.5))];
}

function flowLine(pairs: readonly Pair[]): string {
  return `  - { ${pairs.map(([field, value]) => `${field}: ${value}`).join(", ")} }`;
}

function blockLines(
  { pairs, at, comment = "", indentation }: FaultyKey,
  random: SeededRandom,
): { readonly lines: readonly string[]; readonly at: number } {
  const lines: string[] = [];
  let line = 0;
  for (const [index, [field, value]] of pairs.entries()) {
    if (index > 0 && random.chance(0.15)) lines.push("    # a comment between fields");
    const before = index === 0 ? "  - " : index === at ? (indentation ?? "    ") : "    ";
    if (index === at) line = lines.length;
    lines.push(`${before}${field}: ${value}${index === at ? comment : ""}`);
  }
  return { lines, at: line };
}
