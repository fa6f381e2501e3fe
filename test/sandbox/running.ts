import { afterEach } from "vitest";
import { parseFaults, type Fault } from "../../src/sandbox/fault.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/server.ts";

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

/** Starts a sandbox that is closed after the test. */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  return sandbox;
}

/** Faults from their textual form, which must be right. */
export function faults(...texts: readonly string[]): readonly Fault[] {
  const parsed = parseFaults(texts);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}
