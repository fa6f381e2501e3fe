import { startSandbox } from "../sandbox/server.ts";
import { EXIT, worstExit, type ExitCode } from "../model/exit-code.ts";
import { runApply } from "./apply.ts";
import type { Io } from "./io.ts";
import { loadFiles } from "./load-files.ts";
import { runPlan } from "./plan.ts";
import { runValidate } from "./validate.ts";

export interface DemoFlags {
  readonly file?: readonly string[];
}

/** `cometkeys demo`: the whole loop, with real requests, against the embedded sandbox. */
export async function runDemo(flags: DemoFlags, io: Io): Promise<ExitCode> {
  const file = flags.file ?? ["keys.example.yaml"];
  // The sandbox's token belongs to the account the file is pinned to, as the reader's would.
  const { desired } = await loadFiles(file);
  const sandbox = await startSandbox(
    desired?.account === undefined ? {} : { userId: desired.account.userId },
  );
  const env = {
    COMETAPI_BASE_URL: sandbox.url,
    COMETAPI_ACCESS_TOKEN: sandbox.token,
  };
  const demo: Io = { ...io, env };
  const step = async (title: string, run: () => Promise<ExitCode>): Promise<ExitCode> => {
    await io.stdout(`\n$ cometkeys ${title}\n`);
    return run();
  };
  try {
    await io.stdout("A sandbox server runs inside this process; nothing leaves this machine.\n");
    const names = file.map((name) => ` -f ${name}`).join("");
    const valid = await step(`validate${names}`, () => runValidate({ file }, demo));
    // The steps after it would only tell the same errors again.
    if (valid !== EXIT.ok) return valid;
    const codes = [
      await step(`plan${names}`, () => runPlan({ file }, demo)),
      await step(`apply${names} --auto-approve`, () => runApply({ file, autoApprove: true }, demo)),
      await step(`plan${names} --detailed-exitcode`, () =>
        runPlan({ file, detailedExitcode: true }, demo),
      ),
    ];
    return worstExit(codes);
  } finally {
    await sandbox.close();
  }
}
