import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { complaints } from "../support/complaints.ts";
import { CLI, runCli, runProgram } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, keysYaml, testbed, type Testbed } from "../support/testbed.ts";

const ENTRY = "{ name: worker, remain_quota: 500 }";
const SECRET = "OTHER_SECRET=hunter2hunter2";

describe("what --out names", () => {
  it("a pipe that nobody reads: the deadline ends it", async () => {
    const place = await testbed([ENTRY]);
    execFileSync("mkfifo", [join(place.folder, "pipe")]);
    const run = await place.run("plan --out pipe --deadline 15s");
    expect(run.signal).toBeNull();
    expect(complaints(run, 9, "--deadline was reached")).toEqual([]);
    expect(run.stdout).toContain("Plan: 1 to create");
  });

  it("a pipe that is read gets the whole plan", async () => {
    const place = await testbed([ENTRY]);
    const command = 'mkfifo pipe; cat pipe > got.json & "$0" "$1" plan --out pipe; wait';
    const at = { cwd: place.folder, env: accessTo(place.sandbox) };
    const run = await runProgram("sh", ["-c", command, process.execPath, CLI], at);
    expect(run.code).toBe(0);
    expect(JSON.parse(readFileSync(join(place.folder, "got.json"), "utf8"))).toMatchObject({
      kind: "cometkeys-plan",
    });
  });

  it.each([
    ["a file", "plan.json"],
    ["a pipe that nobody reads", "pipe"],
    ["a folder", "folder/new.json"],
  ])("%s, by a link out of the tree, which a pull request may have put there", async (_, out) => {
    const place = await testbed([ENTRY]);
    const outside = tempFolder({ "plan.json": "", "folder/x": "" });
    execFileSync("mkfifo", [join(outside, "pipe")]);
    mkdirSync(join(place.folder, ".git"));
    const [link = ""] = out.split("/");
    symlinkSync(join(outside, link), join(place.folder, link));
    const run = await place.run(`plan --out ${out}`);
    expect(complaints(run, 3, "a link on this path leads out of")).toEqual([]);
    expect(readFileSync(join(outside, "plan.json"), "utf8")).toBe("");
    expect(readdirSync(join(outside, "folder"))).toEqual(["x"]);
  });

  it("leads no write through a link at a name that can be guessed", async () => {
    const place = await testbed([ENTRY]);
    const command = 'ln -s keys.yaml plan.json.$$.tmp; exec "$0" "$1" plan --out plan.json';
    const before = readFileSync(join(place.folder, "keys.yaml"), "utf8");
    const at = { cwd: place.folder, env: accessTo(place.sandbox) };
    const run = await runProgram("sh", ["-c", command, process.execPath, CLI], at);
    expect(run.code).toBe(0);
    expect(readFileSync(join(place.folder, "keys.yaml"), "utf8")).toBe(before);
    const left = readdirSync(place.folder).filter((name) => /^plan\.json\.(?!\d+\.tmp)/.test(name));
    expect(left).toEqual([]);
  });
});

/** Saves a plan that names another file than the one it was made of. */
async function savePlanOf({ folder, run }: Testbed, file: string): Promise<void> {
  await run("plan --out plan.json");
  const path = join(folder, "plan.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), files: [file] }));
}

describe("a saved plan", () => {
  it("shows no file outside of this folder's tree and its own", async () => {
    const place = await testbed([ENTRY]);
    const outside = tempFolder({ "secret.env": SECRET });
    await savePlanOf(place, join(outside, "secret.env"));
    const run = await place.run("apply plan.json");
    expect(complaints(run, 3, "neither in this folder's tree nor in the plan's")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("nor where the run is started in /, below which all files lie", async () => {
    const place = await testbed([ENTRY]);
    const outside = tempFolder({ "secret.env": SECRET });
    await savePlanOf(place, join(outside, "secret.env"));
    const run = await place.run(`apply ${place.folder}/plan.json`, { cwd: "/" });
    expect(complaints(run, 3, "neither in this folder's tree nor in the plan's")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("nor, kept in a checkout, of a folder that is none", async () => {
    const place = await testbed([ENTRY]);
    const home = tempFolder({ "repo/.git/HEAD": "", netrc: SECRET });
    await savePlanOf(place, "netrc");
    const plan = readFileSync(join(place.folder, "plan.json"), "utf8");
    writeFileSync(join(home, "repo/plan.json"), plan);
    const run = await place.run("apply repo/plan.json", { cwd: home });
    expect(complaints(run, 3, "names netrc, which is neither")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("nor, piped in, of where its pipe lies", async () => {
    const place = await testbed([ENTRY]);
    await savePlanOf(place, "/dev/null");
    const command = 'cat plan.json | "$0" "$1" apply /dev/stdin';
    const at = { cwd: place.folder, env: accessTo(place.sandbox) };
    const run = await runProgram("sh", ["-c", command, process.execPath, CLI], at);
    expect(complaints(run, 3, "names /dev/null, which is neither")).toEqual([]);
  });

  it("shows nothing of what git keeps for itself", async () => {
    const place = await testbed([ENTRY]);
    await savePlanOf(place, ".git/config");
    mkdirSync(join(place.folder, ".git"));
    writeFileSync(join(place.folder, ".git", "config"), SECRET);
    const run = await place.run("apply plan.json");
    expect(complaints(run, 3, "names .git/config")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("does not read what is piped to this run", async () => {
    const place = await testbed([ENTRY]);
    await savePlanOf(place, "/dev/stdin");
    const run = await place.run("apply plan.json", { input: `${SECRET}: [` });
    expect(complaints(run, 3, "names /dev/stdin")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("kept elsewhere is applied in the folder of its keys file", async () => {
    const place = await testbed([ENTRY]);
    const path = join(tempFolder(), "plan.json");
    await place.run(`plan --out ${path}`);
    expect(await place.run(`apply ${path}`)).toMatchObject({ code: 0 });
  });
});

describe("a link of the repository", () => {
  it("to a folder elsewhere does not tell the names of its files", async () => {
    const outside = tempFolder({ "customers.yaml": SECRET });
    const cwd = tempFolder();
    symlinkSync(outside, join(cwd, "keys"));
    const run = await runCli(["validate", "-f", "keys"], { cwd });
    expect(complaints(run, 3, "a link on this path leads out of")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("customers");
  });

  it("into what git keeps for itself shows nothing of it", async () => {
    const cwd = tempFolder();
    mkdirSync(join(cwd, ".git"));
    writeFileSync(join(cwd, ".git", "config"), SECRET);
    symlinkSync(join(".git", "config"), join(cwd, "keys.yaml"));
    const run = await runCli(["validate"], { cwd });
    expect(complaints(run, 3, "a link on this path leads out of")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("into what git keeps of another checkout shows nothing of it either", async () => {
    const cwd = tempFolder({ "other/.git/config": SECRET });
    mkdirSync(join(cwd, ".git"));
    symlinkSync(join("other", ".git", "config"), join(cwd, "keys.yaml"));
    const run = await runCli(["validate"], { cwd });
    expect(complaints(run, 3, "a link on this path leads out of")).toEqual([]);
    expect(run.stdout + run.stderr).not.toContain("hunter2");
  });

  it("into another checkout shows nothing of it", async () => {
    const other = tempFolder({ ".git/HEAD": "x", "keys.yaml": SECRET, "sub/keys.yaml": SECRET });
    const cwd = tempFolder({ ".git/HEAD": "x" });
    symlinkSync(other, join(cwd, "config"));
    for (const file of ["config/keys.yaml", "config/sub/keys.yaml"]) {
      const run = await runCli(["validate", "-f", file], { cwd });
      expect(complaints(run, 3, "a link on this path leads out of")).toEqual([]);
      expect(run.stdout + run.stderr).not.toContain("hunter2");
    }
  });

  it.runIf(existsSync("/dev/zero"))("to a device keeps init from nothing", async () => {
    const cwd = tempFolder();
    symlinkSync("/dev/zero", join(cwd, "keys.schema.json"));
    const run = await runCli(["init"], { cwd });
    expect(complaints(run, 3, "keys.schema.json exists already")).toEqual([]);
  });

  it("is not read for init either", async () => {
    const cwd = tempFolder({ ".git/HEAD": "" });
    const outside = tempFolder();
    expect(await runCli(["init"], { cwd: outside })).toMatchObject({ code: 0 });
    symlinkSync(join(outside, "keys.schema.json"), join(cwd, "keys.schema.json"));
    const run = await runCli(["init", "--github"], { cwd });
    expect(complaints(run, 3, "keys.schema.json exists already")).toEqual([]);
  });
});

/** `a<ff>.yaml`, in the bytes that git keeps of it. */
function bytesOf(name: string): Buffer {
  return Buffer.from(name.replace("<ff>", "\u00FF"), "latin1");
}

// Other systems have no such names.
describe.runIf(process.platform === "linux")(
  "a link to a name that is not in UTF-8 leads to no other name that it could be read as",
  () => {
    const at = (folder: string, name: string): Buffer =>
      Buffer.concat([Buffer.from(`${folder}/`), bytesOf(name)]);

    it.each([
      ["of a file", "keys.yaml", "a<ff>.yaml", "validate -f keys.yaml"],
      ["of a file in a folder", "keys.yaml", "a<ff>.yaml", "validate -f ."],
      ["of a policy", "policy.yaml", "a<ff>.yaml", "validate -f fit.yml --policy policy.yaml"],
      ["of a folder", "conf", "d<ff>", "validate -f conf"],
      ["of a file in such a folder", "conf", "d<ff>", "validate -f conf/keys.yaml"],
    ])("%s", async (_, link, odd, command) => {
      const outside = tempFolder({ "keys.yaml": SECRET });
      const cwd = tempFolder({ ".git/HEAD": "", "fit.yml": keysYaml([]) });
      const isFolder = !odd.endsWith(".yaml");
      if (isFolder) mkdirSync(at(cwd, odd));
      writeFileSync(at(cwd, isFolder ? `${odd}/keys.yaml` : odd), keysYaml([]));
      symlinkSync(bytesOf(odd), join(cwd, link));
      symlinkSync(
        join(outside, isFolder ? "" : "keys.yaml"),
        join(cwd, odd.replace("<ff>", "\uFFFD")),
      );
      const run = await runCli(command.split(" "), { cwd });
      expect(complaints(run, 3, "is not in UTF-8")).toEqual([]);
      expect(run.stdout + run.stderr).not.toContain("hunter2");
    });

    it("and nothing is written through one", async () => {
      const outside = tempFolder();
      const cwd = tempFolder({ ".git/HEAD": "" });
      symlinkSync(outside, at(cwd, "g<ff>"));
      symlinkSync(bytesOf("g<ff>"), join(cwd, ".github"));
      const run = await runCli(["init", "--github"], { cwd });
      expect(complaints(run, 3, "for .github is a link; nothing was written")).toEqual([]);
      expect(readdirSync(outside)).toEqual([]);
    });

    it.each(["validate -f", "plan --out", "apply", "list --token-file"])(
      "nor is one named on the command line: %s",
      async (command) => {
        const cwd = tempFolder({ "b\uFFFD.yaml": keysYaml([]) });
        const script = `exec "$0" "$1" ${command} "$(printf 'b\\377.yaml')"`;
        const run = await runProgram("sh", ["-c", script, process.execPath, CLI], { cwd });
        expect(complaints(run, 3, "an argument is not in UTF-8")).toEqual([]);
      },
    );

    it("and no file of a folder is left out without a word", async () => {
      const cwd = tempFolder({ "keys/b\uFFFD.yaml": keysYaml([]) });
      writeFileSync(at(join(cwd, "keys"), "b<ff>.yaml"), keysYaml([ENTRY]));
      const run = await runCli(["validate", "-f", "keys"], { cwd });
      expect(complaints(run, 3, "is not in UTF-8")).toEqual([]);
    });
  },
);

it("a token that stands in a keys file is not shown, also where the settings are no good", async () => {
  const token = createHash("sha256").update("token").digest("hex");
  const files = { "token.txt": token, "keys.yaml": `${keysYaml([])}# ${token}\nfaulty: 1\n` };
  const args = ["plan", "--token-file", "token.txt", "--base-url", "ftp://x"];
  const run = await runCli(args, { cwd: tempFolder(files) });
  expect(run.code).toBe(3);
  expect(run.stderr).toContain("faulty");
  expect(run.stdout + run.stderr).not.toContain(token.slice(0, 8));
});

it.each([
  ["whatever command", "export --missing", (token: string) => token],
  ["in quotes", "plan", (token: string) => `"${token}"`],
  ["after Bearer", "plan", (token: string) => `Bearer ${token}\n`],
  ["after a name", "plan", (token: string) => `export TOKEN=${token}\n`],
  ["after its own", "plan", (token: string) => `COMETAPI_ACCESS_TOKEN="${token}"\n`],
  ["with sk- before it", "plan", (token: string) => `sk-${token}`],
  ["twice", "export --missing", (token: string) => `${token}\n${token}\n`],
])("nor the token of a file that is no good: %s", async (_, command, file) => {
  const token = createHash("sha256").update("token").digest("hex");
  const keys = `${keysYaml([])}faulty: ${token}\n`;
  const cwd = tempFolder({ "token.txt": file(token), "keys.yaml": keys });
  const args = [...command.split(" "), "--token-file", "token.txt"];
  const run = await runCli(args, { cwd });
  expect(run.stderr).toContain("faulty: ***");
  expect(run.stderr).toContain("secret-in-output");
  expect(run.stdout + run.stderr).not.toContain(token.slice(0, 8));
  // The variable that the remedy names is no secret.
  expect(run.stderr).not.toContain("into *** or");
});

it("what a slow reader has not taken of stderr is not cut off", async () => {
  const warned = Array.from({ length: 900 }, (_, at) => `{ name: k${at}, remain_quota: 0 }`);
  const cwd = tempFolder({ "keys.yaml": keysYaml(warned) });
  const whole = await runCli(["validate"], { cwd });
  expect(whole.stderr.length).toBeGreaterThan(65_536);
  const command = '"$0" "$1" validate 2>&1 >/dev/null | { sleep 1; cat; }';
  const slow = await runProgram("sh", ["-c", command, process.execPath, CLI], { cwd });
  expect(slow.stdout.length).toBe(whole.stderr.length);
});

it.runIf(existsSync("/dev/full")).each(["--help", "--version", "plan --help"])(
  "%s that cannot be written ends in 3",
  async (args) => {
    const command = `"$0" "$1" ${args} > /dev/full`;
    const run = await runProgram("sh", ["-c", command, process.execPath, CLI]);
    expect(complaints(run, 3, "could not be written")).toEqual([]);
  },
);

it("an apply whose plan nobody reads ends at the deadline, and changes nothing", async () => {
  // Few keys with long lists: the plan is made long before the deadline, and is more than a pipe holds.
  const models = Array.from({ length: 40 }, (_, at) => `model-${at}`.padEnd(30, "x")).join(", ");
  const entries = Array.from(
    { length: 100 },
    (_, at) => `{ name: key-${at}, remain_quota: 5, model_limits: [${models}] }`,
  );
  const place = await testbed(entries);
  // Both ends are open here, so that the pipe fills up and is never read.
  const command =
    'mkfifo pipe; exec 7<>pipe; "$0" "$1" apply --auto-approve --deadline 10s --quiet >pipe';
  const at = { cwd: place.folder, env: accessTo(place.sandbox) };
  const run = await runProgram("sh", ["-c", command, process.execPath, CLI], at);
  expect(run).toMatchObject({ code: 3, signal: null });
  expect(run.stderr).toContain("the plan could not be shown, so nothing was changed");
  expect(place.sandbox.store.all()).toEqual([]);
});
