import { execFileSync } from "node:child_process";

/** Builds the CLI once before the tests, so that process tests never run a stale bundle. */
export function setup(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
