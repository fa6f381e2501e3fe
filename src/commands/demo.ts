import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import { EXIT, worstExit, type ExitCode } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import { loadFiles } from "../run/inputs.ts";
import type { Io } from "../run/io.ts";
import { collect, type FlagsOf, type NewCommand } from "../run/options.ts";
import { fail } from "../run/report.ts";
import { runApply } from "./apply.ts";
import { runPlan } from "./plan.ts";
import { QUOTA_PER_UNIT } from "./sandbox.ts";
import { runValidate } from "./validate.ts";

export function demoCommand(command: NewCommand) {
  return command
    .description("validate, plan, apply and plan again on a sandbox")
    .option(
      "-f, --file <path>",
      "default: keys.example.yaml here, or else one that is built in",
      collect,
    );
}

const EXAMPLE_FILE = "keys.example.yaml";

/**
 * `cometkeys demo`: the whole loop, with real requests, against the embedded sandbox.
 *
 * @param example The text to use where no file is named and none of the example's name is here.
 */
export async function runDemo(
  flags: FlagsOf<typeof demoCommand>,
  io: Io,
  example: string,
): Promise<ExitCode> {
  if (flags.file !== undefined) return demonstrate(flags.file, io);
  if (existsSync(EXAMPLE_FILE)) return demonstrate([EXAMPLE_FILE], io);
  const made = await writeExample(example);
  if (!made.ok) return fail([made.error], io);
  const folder = made.value;
  try {
    return await demonstrate([join(folder, EXAMPLE_FILE)], io);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The example file in a folder of its own, which is given. */
async function writeExample(example: string): Promise<Result<string, Diagnostic>> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), "cometkeys-demo-"));
    await writeFile(join(folder, EXAMPLE_FILE), example);
    return ok(folder);
  } catch (error) {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the example file cannot be written: ${reason}`;
    return err(problem("output-unwritable", message, "name a folder with room in TMPDIR"));
  }
}

const NEXT = `
Next: \`cometkeys init\` writes a keys.yaml of your own (\`init --from-live\`: of the keys you have), and
\`cometkeys sandbox\` runs this server for you to try it on.
`;

async function demonstrate(file: readonly string[], io: Io): Promise<ExitCode> {
  // The sandbox's token belongs to the account the file is pinned to, as the reader's would.
  const { desired } = await loadFiles(file);
  const { startSandbox } = await import("../sandbox/server.ts");
  const sandbox = await startSandbox({
    quotaPerUnit: QUOTA_PER_UNIT,
    ...(desired?.account === undefined ? {} : { userId: desired.account.userId }),
  });
  const env = {
    COMETAPI_BASE_URL: sandbox.url,
    COMETAPI_ACCESS_TOKEN: sandbox.token,
  };
  const shown = new Set<string>();
  const stdout = (text: string): Promise<boolean> => {
    // Apply shows the plan once more, which a reader has just seen.
    const again = shown.has(text);
    shown.add(text);
    return io.stdout(again ? "(the plan above)\n" : text);
  };
  const demo: Io = { ...io, env, stdout };
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
    await io.stdout(NEXT);
    return worstExit(codes);
  } finally {
    await sandbox.close();
  }
}
