import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/server.ts";
import { parseFaults } from "../../src/sandbox/fault.ts";
import { afterTest } from "./after-test.ts";
import { runCli, type CliOptions, type CliRun } from "./run-cli.ts";
import { tempFolder } from "./temp-folder.ts";

/** The server's clock of most tests: 2027-01-15T08:00:00Z. It stands still. */
export const NOW = 1_800_000_000;

/** A sandbox and a folder with a `keys.yaml`, in which the CLI is run. */
export interface Testbed {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** Runs the CLI with arguments that are separated by single spaces. */
  readonly run: (args: string, options?: CliOptions) => Promise<CliRun>;
  /** Replaces `keys.yaml` by one with these entries. */
  readonly declare: (...entries: readonly string[]) => void;
  /** Replaces `keys.yaml` by this text. */
  readonly write: (text: string) => void;
  readonly faults: (...faults: readonly string[]) => void;
}

/** Declares `entries` in a fresh folder; they are YAML mappings in braces, without the dash. */
export async function testbed(
  entries: readonly string[],
  options: SandboxOptions = {},
): Promise<Testbed> {
  const sandbox = await startSandbox({ now: () => NOW, ...options });
  afterTest(() => sandbox.close());
  const folder = tempFolder({ "keys.yaml": keysYaml(entries) });
  const write = (text: string): void => writeFileSync(join(folder, "keys.yaml"), text);
  return {
    sandbox,
    folder,
    run: (args, { env, ...rest } = {}) =>
      runCli(args.split(" "), { cwd: folder, env: { ...accessTo(sandbox), ...env }, ...rest }),
    declare: (...declared) => write(keysYaml(declared)),
    write,
    faults: (...texts) => {
      const parsed = parseFaults(texts);
      if (!parsed.ok) throw new Error(parsed.error.message);
      sandbox.setFaults(parsed.value);
    },
  };
}

/** The environment that leads to a sandbox. */
export function accessTo({ url, token }: Sandbox): Record<string, string> {
  return { COMETAPI_BASE_URL: url, COMETAPI_ACCESS_TOKEN: token };
}

export function keysYaml(entries: readonly string[]): string {
  const keys = entries.length === 0 ? " []" : entries.map((entry) => `\n  - ${entry}`).join("");
  return `version: 1\nkeys:${keys}\n`;
}
