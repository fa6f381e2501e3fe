import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { CLI, runCli, runProgram } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, keysYaml, testbed, type Testbed } from "../support/testbed.ts";

const ENTRIES = ["{ name: worker, remain_quota: 500 }"];

it("a folder's file is read whatever its name holds", async () => {
  const folder = tempFolder({ "a.yaml": keysYaml([]), "b\n.yaml": keysYaml(ENTRIES) });
  const run = await runCli(["validate", "-f", folder]);
  expect(run).toMatchObject({ code: 0, stdout: "Valid: 1 key in 2 files.\n" });
});

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
    for (const command of ["validate", "plan", "apply --auto-approve", "drift"]) {
      const run = await runCli(command.split(" "), { cwd: tempFolder() });
      expect(complaints(run, 3, "there is no keys.yaml in this folder", "cometkeys init")).toEqual(
        [],
      );
      // One message, and no place in a file that is not there.
      expect(run.stderr.match(/error\[/g)).toHaveLength(1);
      expect(run.stderr).not.toContain(":1:1");
    }
  });

  it("validate takes files as arguments too", async () => {
    const cwd = tempFolder({ "a.yaml": keysYaml(ENTRIES), "b.yaml": keysYaml([]) });
    const run = await runCli(["validate", "a.yaml", "b.yaml"], { cwd });
    expect(run).toMatchObject({ code: 0, stdout: "Valid: 1 key in 2 files.\n" });
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
  const UNWRITABLE = ["1< keys.yaml", "1< .", ...(existsSync("/dev/full") ? ["> /dev/full"] : [])];

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

  // A file takes what still fits and says nothing of the rest.
  const MANY = Array.from({ length: 100 }, (_, n) => `{ name: key-${n}, remain_quota: 500 }`);
  const full = (place: Testbed, args: string) =>
    runProgram("sh", ["-c", `ulimit -f 8; "$0" "$1" ${args} > out`, process.execPath, CLI], {
      cwd: place.folder,
      env: accessTo(place.sandbox),
    });

  it("is noticed where a disk takes only a part of the result", async () => {
    const place = await testbed(MANY);
    for (const args of ["plan", "plan --format json", "plan --format markdown"]) {
      expect(complaints(await full(place, args), 3, "output-unwritable")).toEqual([]);
    }
  });

  // For a socket of messages, Node has only a stream that drops everything.
  it.runIf(process.platform === "linux" && existsSync("/bin/bash"))(
    "is noticed where it is a socket of messages, or the end of a pipe to read from",
    async () => {
      const place = await testbed(ENTRIES);
      const socket = createSocket("udp4");
      await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
      execFileSync("mkfifo", [join(place.folder, "pipe")]);
      const run = (args: string, redirection: string) =>
        runProgram(
          "/bin/bash",
          ["-c", `exec 3<> pipe; exec "$0" "$1" ${args} ${redirection}`, process.execPath, CLI],
          { cwd: place.folder, env: accessTo(place.sandbox) },
        );
      for (const way of [`> /dev/udp/127.0.0.1/${socket.address().port}`, "1< pipe"]) {
        expect(complaints(await run("validate", way), 3, "output-unwritable")).toEqual([]);
        const applied = await run("apply --auto-approve", way);
        expect(applied.code).toBe(3);
        expect(applied.stderr).toContain("the plan could not be shown, so nothing was changed");
      }
      socket.close();
      expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
    },
  );

  it.each(["", " --quiet"])("leaves the outcomes of an apply on stderr%s", async (quiet) => {
    const place = await testbed(MANY);
    const run = await full(place, `apply --auto-approve --format json${quiet}`);
    expect(complaints(run, 3, "output-unwritable")).toEqual([]);
    expect(run.stderr).toContain("Applied: 100 created, 0 updated, 0 deleted.");
    expect(run.stderr.match(/✓ create key-\d+ \(id \d+\) done/g)).toHaveLength(100);
    expect(place.sandbox.requests.filter(({ method }) => method === "POST")).toHaveLength(100);
  });

  it("is noticed where it takes only a part of a step's outputs, which then stay as they were", async () => {
    const place = await testbed(ENTRIES);
    const output = join(place.folder, "output");
    const before = `${"x".repeat(4_090)}\n`;
    writeFileSync(output, before);
    const run = await runProgram(
      "sh",
      ["-c", 'ulimit -f 8; "$0" "$1" plan --quiet', process.execPath, CLI],
      {
        cwd: place.folder,
        env: { ...accessTo(place.sandbox), GITHUB_ACTIONS: "true", GITHUB_OUTPUT: output },
      },
    );
    expect(complaints(run, 3, "output-unwritable", "GITHUB_OUTPUT")).toEqual([]);
    expect(readFileSync(output, "utf8")).toBe(before);
  });

  it("is noticed where it takes only a part of the job summary, which then has none of it", async () => {
    const entries = Array.from({ length: 100 }, (_, at) => `{ name: key-${at}, remain_quota: 5 }`);
    const place = await testbed(entries);
    const summary = join(place.folder, "summary");
    writeFileSync(summary, "before\n");
    const run = await runProgram(
      "sh",
      ["-c", 'ulimit -f 8; "$0" "$1" plan --quiet', process.execPath, CLI],
      {
        cwd: place.folder,
        env: { ...accessTo(place.sandbox), GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary },
      },
    );
    expect(run.stderr).toContain("GITHUB_STEP_SUMMARY");
    expect(readFileSync(summary, "utf8")).toBe("before\n");
  });

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

describe("plan --out", () => {
  it.each([
    ["keys.yaml", "that is the name of a keys file"],
    ["link.json", "that is the name of a keys file"],
    ["others.txt", "what is there already is no saved plan"],
    ["/dev/stdout", "the result of this command goes there"],
  ])("replaces nothing but a saved plan (%s)", async (out, said) => {
    const place = await testbed(ENTRIES);
    const text = keysYaml(ENTRIES);
    symlinkSync("keys.yaml", join(place.folder, "link.json"));
    writeFileSync(join(place.folder, "others.txt"), text);
    const run = await place.run(`plan --format json --out ${out}`);
    expect(complaints(run, 3, "output-unwritable", said)).toEqual([]);
    expect(JSON.parse(run.stdout)).toMatchObject({ summary: { create: 1 } });
    for (const file of ["keys.yaml", "others.txt"]) {
      expect(readFileSync(join(place.folder, file), "utf8")).toBe(text);
    }
  });

  it("replaces a saved plan, and fills an empty file", async () => {
    const place = await testbed(ENTRIES);
    writeFileSync(join(place.folder, "plan.json"), "");
    for (const time of ["first", "second"]) {
      expect([time, (await place.run("plan --out plan.json")).code]).toEqual([time, 0]);
    }
  });
});

it("a link out of the repository shows nothing of where it leads", async () => {
  const folder = tempFolder({ "repo/.git/HEAD": "", token: "s3cret-value-of-a-token" });
  symlinkSync("../token", join(folder, "repo", "keys.yaml"));
  const run = await runCli(["validate"], { cwd: join(folder, "repo") });
  expect(complaints(run, 3, "keys.yaml:1:1", "leads out of")).toEqual([]);
  expect(run.stderr).not.toContain("s3cret");
});

it("an event of GitHub's that is a pipe nobody writes to is not waited for beyond the deadline", async () => {
  const place = await testbed(ENTRIES);
  execFileSync("mkfifo", [join(place.folder, "event")]);
  const output = join(place.folder, "output");
  const summary = join(place.folder, "summary.md");
  // Long enough for a busy machine to end the apply before it.
  const run = await place.run("apply --auto-approve --deadline 15s", {
    env: {
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_PATH: join(place.folder, "event"),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    },
  });
  expect(run.code).toBe(0);
  expect(readFileSync(output, "utf8")).toContain("exit_code=0");
  expect(readFileSync(summary, "utf8")).toContain("cometkeys apply");
});

it("GitHub's token is known before anything is parsed", async () => {
  const token = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
  const run = await runCli(["plan", "--only", token], { env: { GITHUB_TOKEN: token } });
  expect(run.stdout + run.stderr).not.toContain(token.slice(4, 14));
});

it("a working directory that is not there any more is told as that", async () => {
  const folder = tempFolder({ "gone/x": "" });
  const command = 'cd gone && rm -r ../gone && exec "$0" "$1" validate';
  const run = await runProgram("sh", ["-c", command, process.execPath, CLI], { cwd: folder });
  expect(complaints(run, 3, "the working directory is not there any more")).toEqual([]);
});

// What Node gives a program as its input is a socket, which cannot be opened by its path.
it.runIf(process.platform === "linux").each(["/dev/stdin", "/dev/fd/0"])(
  "a socket is read as %s",
  async (path) => {
    const input = keysYaml(ENTRIES);
    const run = await runCli(["validate", "-f", path], { cwd: tempFolder(), input });
    expect(run).toMatchObject({ code: 0, stdout: "Valid: 1 key in 1 file.\n" });
  },
);
