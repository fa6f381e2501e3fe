import { execFileSync, spawnSync } from "node:child_process";

/** Some rules are about what git says; without it they are skipped. */
export const HAS_GIT = spawnSync("git", ["--version"]).status === 0;

/** Runs git in a folder with no settings but its own. */
export function git(folder: string, ...args: readonly string[]): void {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_GLOBAL: "/dev/null" };
  execFileSync("git", ["-C", folder, ...args], { env, stdio: "ignore" });
}
