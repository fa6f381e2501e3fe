import { describe, expect, it } from "vitest";
import { runSandbox, type SandboxFlags } from "../../src/commands/sandbox.ts";
import { start } from "../sandbox/running.ts";
import { fakeTerminal } from "../support/fake-io.ts";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; `use` is given what it printed, and the command is stopped after it. */
async function run(
  flags: SandboxFlags,
  use: (printed: string) => Promise<void> = () => Promise.resolve(),
): Promise<Ran> {
  const io = fakeTerminal({}, () => "");
  const used: Promise<void>[] = [];
  const code = await runSandbox(flags, {
    ...io,
    onSignal: (listener) => {
      used.push(use(io.written().stdout).finally(() => listener("sigint")));
      return () => {};
    },
  });
  await Promise.all(used);
  return { code, ...io.written() };
}

describe("cometkeys sandbox", () => {
  it("prints the URL and two lines to copy that reach the seeded server, and ends with 0", async () => {
    const names: string[] = [];
    const options = { seed: "fixtures/sandbox/seed.yaml", fault: ["post cut"], masked: true };
    const ran = await run(options, async (printed) => {
      const url = /^export COMETAPI_BASE_URL=(\S+)$/m.exec(printed)?.[1] ?? "";
      const token = /^export COMETAPI_ACCESS_TOKEN=(\S+)$/m.exec(printed)?.[1] ?? "";
      expect(printed.split("\n")[0]).toContain(url);
      const response = await fetch(`${url}/api/token/`, { headers: { Authorization: token } });
      const { data } = JSON.parse(await response.text());
      for (const item of data.items) names.push(item.name);
    });
    expect(names).toContain("ci-prod");
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout.trimEnd().split("\n")).toHaveLength(3);
  });

  it.each([
    [{ fault: ["post explode"] }, 'error[usage]: the fault "post explode" is not understood'],
    [{ rateLimit: "often" }, 'error[usage]: the rate limit "often" is not REQUESTS/SECONDS'],
    [{ seed: "no/such/file.yaml" }, "error[file-unreadable]: the seed file cannot be read: ENOENT"],
    [
      { seed: "package.json" },
      "package.json:1:1: error[schema-shape]: a seed is a list of records",
    ],
  ])("%j ends with 3 and says why, nothing on stdout", async (options, message) => {
    const ran = await run(options);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(message);
  });

  it("a port in use ends with 3 and names it", async () => {
    const { port } = await start();
    const ran = await run({ port: String(port) });
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(`cannot listen on port ${port}`);
  });
});
