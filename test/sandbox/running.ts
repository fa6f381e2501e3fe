import { parseFaults, type Fault } from "../../src/sandbox/fault.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/server.ts";
import { afterTest } from "../support/after-test.ts";

/** Starts a sandbox that is closed after the test. */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  afterTest(() => sandbox.close());
  return sandbox;
}

/** Faults from their textual form, which must be right. */
export function faults(...texts: readonly string[]): readonly Fault[] {
  const parsed = parseFaults(texts);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
