import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { CLI, runCli, runProgram } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, keysYaml, testbed, type Testbed } from "../support/testbed.ts";

const ENTRIES = ["{ name: worker, remain_quota: 500 }"];

describe("files that cannot be read", () => {
  it("stop every command with 3, named with the reason, before anything is sent", async () => {
    const place = await testbed(ENTRIES);
    const folder = tempFolder({ "a.yaml": keysYaml([]), "empty/readme.md": "" });
    symlinkSync(join(folder, "loop.yaml"), join(folder, "loop.yaml"));
    const cases = [
      ["none.yaml", "there is no such file or folder"],
      ["a.yaml/b.yaml", "a part of the path is a file, not a folder"],
      ["loop.yaml", "the link leads back to itself"],
      ["empty", "the folder has no *.yaml or *.yml file"],
    ] as const;
    for (const command of ["validate", "plan", "apply --auto-approve"]) {
      const runs = cases.map(async ([path, said]) => {
        // One unreadable file stops all, although the other file is sound.
        const run = await place.run(`${command} -f keys.yaml -f ${join(folder, path)}`);
        expect(complaints(run, 3, join(folder, path), said)).toEqual([]);
        expect(run.stdout).toBe("");
      });
      await Promise.all(runs);
    }
    expect(place.sandbox.requests).toEqual([]);
  });

  it("a missing keys.yaml is named although no flag named it", async () => {
    const run = await runCli(["validate"], { cwd: tempFolder() });
    expect(complaints(run, 3, "keys.yaml:1:1", "-f")).toEqual([]);
  });

  it("a pipe is a file like any other", async () => {
    const cwd = tempFolder({ "keys.yaml": keysYaml(ENTRIES) });
    const command = 'cat keys.yaml | "$0" "$1" validate -f /dev/stdin';
    const run = await runProgram("sh", ["-c", command, process.execPath, CLI], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "Valid: 1 key in 1 file.\n", stderr: "" });
  });
});

/** Runs the CLI through a shell, which puts stdout where `redirection` says. */
function redirected(place: Testbed, args: string, redirection: string) {
  return runProgram("sh", ["-c", `"$0" "$1" ${args} ${redirection}`, process.execPath, CLI], {
    cwd: place.folder,
    env: accessTo(place.sandbox),
  });
}

describe("output that cannot be written", () => {
  // A descriptor that is open for reading alone refuses every write, on any platform.
  const UNWRITABLE = ["1< keys.yaml", ...(existsSync("/dev/full") ? ["> /dev/full"] : [])];

  it.each(UNWRITABLE)("ends every command with 3 and says so (%s)", async (redirection) => {
    const place = await testbed(ENTRIES, { seed: [{ name: "worker", remain_quota: 500 }] });
    const commands = [
      "plan",
      "plan --format json",
      "list",
      "validate",
      "schema",
      "apply --auto-approve",
    ];
    const runs = commands.map((args) => redirected(place, args, redirection));
    for (const run of await Promise.all(runs)) {
      expect(complaints(run, 3, "could not be", "output-unwritable")).toEqual([]);
    }
  });

  it.each(UNWRITABLE)(
    "keeps apply from changing what nobody was shown (%s)",
    async (redirection) => {
      const place = await testbed(ENTRIES);
      const run = await redirected(place, "apply --auto-approve", redirection);
      expect(run).toMatchObject({ code: 3 });
      expect(run.stderr).toContain("the plan could not be shown, so nothing was changed");
      expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
    },
  );

  it("is not meant when a reader has seen enough", async () => {
    const seed = Array.from({ length: 900 }, (_, index) => ({ name: `key-${index}` }));
    const place = await testbed(ENTRIES, { seed });
    const command = '{ "$0" "$1" list --format json; echo "exit $?" >&2; } | head -1';
    const run = await runProgram("sh", ["-c", command, process.execPath, CLI], {
      env: accessTo(place.sandbox),
    });
    expect(run).toMatchObject({ code: 0, stdout: "{\n", stderr: "exit 0\n" });
  });
});
