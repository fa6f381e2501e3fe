import { execFileSync } from "node:child_process";

/** Builds the CLI once before the tests of all projects, so that none runs a stale bundle. */
export function setup(): void {
  if (process.env["COMETKEYS_IS_BUILT"] !== undefined) return;
  process.env["COMETKEYS_IS_BUILT"] = "1";
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
