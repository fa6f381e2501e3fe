import { parseFaults } from "../../src/sandbox/fault.ts";
import type { TokenRecord } from "../../src/sandbox/record.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/server.ts";
import type { CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, keysYaml } from "../support/testbed.ts";
import { startGateway, type Gatekeeper, type Gateway } from "./gateway.ts";
import { ENTRIES, seedAt } from "./scenario.ts";
import { startCli, type CliProcess } from "./start-cli.ts";

export interface PlaceOptions extends SandboxOptions {
  readonly entries?: readonly string[];
  /** Stands between the CLI and the sandbox. */
  readonly gatekeeper?: Gatekeeper;
}

/** A sandbox on the real clock with the scenario's account, and a folder with its file. */
export interface Place {
  readonly sandbox: Sandbox;
  readonly gateway: Gateway;
  /** The account before anything was done. */
  readonly before: readonly TokenRecord[];
  /** `apply --auto-approve --format json`, with more flags separated by single spaces. */
  readonly start: (flags?: string) => CliProcess;
  readonly apply: (flags?: string) => Promise<CliRun>;
  readonly run: (args: string) => Promise<CliRun>;
  readonly faults: (...faults: readonly string[]) => void;
}

/** Plays with a fresh place, which is closed afterwards; many may be played with at a time. */
export async function atPlace<T>(
  { entries = ENTRIES, gatekeeper, ...options }: PlaceOptions,
  play: (place: Place) => Promise<T>,
): Promise<T> {
  const seed = seedAt(Math.floor(Date.now() / 1000));
  const sandbox = await startSandbox({ seed, ...options });
  const gateway = await startGateway(sandbox.url, gatekeeper);
  const cwd = tempFolder({ "keys.yaml": keysYaml(entries) });
  const env = {
    ...accessTo(sandbox),
    // Without a gatekeeper nothing stands in between: faults of the connection must come through.
    ...(gatekeeper === undefined ? {} : { COMETAPI_BASE_URL: gateway.url }),
  };
  const start = (args: string): CliProcess => startCli(args.trim().split(/ +/), { cwd, env });
  const startApply = (flags = ""): CliProcess =>
    start(`apply --auto-approve --format json --settle 200ms ${flags}`);
  try {
    return await play({
      sandbox,
      gateway,
      before: sandbox.store.all(),
      start: startApply,
      apply: (flags) => startApply(flags).ended,
      run: (args) => start(args).ended,
      faults: (...texts) => {
        const parsed = parseFaults(texts);
        if (!parsed.ok) throw new Error(parsed.error.message);
        sandbox.setFaults(parsed.value);
      },
    });
  } finally {
    await gateway.close();
    await sandbox.close();
  }
}
