import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Secret } from "../../src/model/secret.ts";
import { tempFolder } from "./temp-folder.ts";

/** Shaped like a real one; no other text of the tests has eight characters in common with it. */
export const KEY = "sk-Zq7XvB2mKd9LwT4nRj6HsP3yGc8FbN5aUe1QtWx0ViMoJzEk";
export const TOKEN = "access-token-0123456789";

/** Generous: the tests' machine may be busy, and none of these programs waits. */
export const LONG_MS = 300_000;

/** What a program was started with. */
export interface Started {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly cwd: string;
  /** What its folder held, and that folder's rights. */
  readonly listing: string;
  readonly mode: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Programs {
  readonly folder: string;
  /** PATH with the folder of these programs first. */
  readonly path: string;
  /** Each time that a program was started, in order. */
  readonly started: () => readonly Started[];
}

/** What records how a program was started; the body follows it. */
function recording(folder: string): string {
  return `#!/bin/sh
n=1; while ! mkdir '${folder}/started.'$n 2>/dev/null; do n=$((n+1)); done
d='${folder}/started.'$n
for a in "$0" "$@"; do printf '%s\\n' "$a"; done >"$d/argv"
cat >"$d/stdin"; pwd >"$d/cwd"; ls -A >"$d/listing"; ls -ld . | cut -c1-10 >"$d/mode"; env >"$d/env"
`;
}

/** Programs by their names: shell scripts that record how they were started, then do this. */
export function programs(bodies: Readonly<Record<string, string>>): Programs {
  const folder = tempFolder();
  const bin = join(folder, "bin");
  for (const [name, body] of Object.entries(bodies)) {
    executable(join(bin, name), `${recording(folder)}${body}\n`);
  }
  const started = (): readonly Started[] => {
    const found: Started[] = [];
    for (let at = 1; existsSync(join(folder, `started.${at}`)); at += 1) {
      const read = (name: string): string =>
        readFileSync(join(folder, `started.${at}`, name), "utf8");
      const variables = read("env").split("\n");
      found.push({
        argv: read("argv").trimEnd().split("\n"),
        stdin: read("stdin"),
        cwd: read("cwd").trim(),
        listing: read("listing"),
        mode: read("mode").trim(),
        env: Object.fromEntries(
          variables.map((line) => [line.split("=")[0], line.replace(/^[^=]*=/, "")]),
        ),
      });
    }
    return found;
  };
  return { folder: bin, path: `${bin}:${process.env["PATH"] ?? ""}`, started };
}

/** An executable script at a path. */
export function executable(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** What `src/deliver` needs to run a program; the environment holds nothing else but PATH. */
export function programOptions({
  path = process.env["PATH"] ?? "",
  env = {},
  trees = [],
  timeoutMs = LONG_MS,
}: {
  readonly path?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly trees?: readonly string[];
  readonly timeoutMs?: number;
} = {}) {
  return {
    // The settings of git that this machine has are none of the tests'.
    env: { GIT_CONFIG_GLOBAL: "/dev/null", HOME: "/nowhere", PATH: path, ...env },
    trees,
    token: new Secret(TOKEN),
    timeoutMs,
    scrub: (text: string, without = (shown: string) => shown) =>
      without(text).replaceAll("scrub me", "[scrubbed]"),
  };
}
