import pLimit from "p-limit";
import { PLANTED_SECRET } from "./faults.ts";
import { faultyFile } from "./faulty-file.ts";
import { leaksIn } from "./leaks.ts";
import { runCli } from "./run-cli.ts";
import { tempFolder } from "./temp-folder.ts";

/**
 * Runs `validate`, as a process of its own, on one generated faulty file for each seed, and gives
 * those runs that did not end with 3, name the line of the fault and keep to themselves the rest.
 */
export async function faultsNotNamed(seeds: readonly number[]): Promise<readonly unknown[]> {
  const limit = pLimit(4);
  const files = seeds.map((seed) => ({ seed, ...faultyFile(seed) }));
  const cwd = tempFolder(Object.fromEntries(files.map(({ seed, text }) => [`${seed}.yaml`, text])));
  const runs = files.map(({ seed, kind, line }) =>
    limit(async () => {
      const run = await runCli(["validate", "-f", `${seed}.yaml`], { cwd });
      const { code, stdout, stderr } = run;
      const good =
        code === 3 &&
        stdout === "" &&
        stderr.includes(`${seed}.yaml:${line}:`) &&
        !/^\s+at /m.test(stderr) &&
        leaksIn(stderr, [PLANTED_SECRET]).length === 0;
      return good ? [] : [{ seed, kind, line, run }];
    }),
  );
  return (await Promise.all(runs)).flat();
}
