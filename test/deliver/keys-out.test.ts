import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { checkKeysOut, variableOf, writeKeysOut } from "../../src/deliver/keys-out.ts";
import { git, HAS_GIT } from "../support/git.ts";
import { gone, hangs, made, pidIn } from "../support/processes.ts";
import { KEY, programOptions, programs } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

const ENTRIES = [
  { variable: "CI", key: new Secret(KEY) },
  { variable: "BOT_2", key: new Secret(`${KEY}2`) },
];

function why(path: string, names: readonly string[] = ["ci", "bot-2"]) {
  return checkKeysOut(path, names, programOptions());
}

test("a key's variable is its name in capitals, with _ for other characters", () => {
  const names = ["ci", "bot-2", "2nd key", "Ä.ß", "😀", "", "a_B"];
  expect(names.map(variableOf)).toEqual(["CI", "BOT_2", "_2ND_KEY", "___", "_", "_", "A_B"]);
});

describe("before the first key is made, it is said why the keys cannot be written", () => {
  test("two keys of one variable, by both names", async () => {
    const path = join(tempFolder(), "keys.env");
    expect(await why(path, ["a-b", "c", "a.b"])).toBe(
      `the keys "a-b" and "a.b" would both be A_B in ${path}; rename one of them`,
    );
  });

  test("an ending that tells no format", async () => {
    for (const name of ["keys", "keys.txt", "env", "keys.env.local", "/dev/stdout", "/dev/tty"]) {
      expect(await why(name)).toContain("its ending tells no format");
    }
  });

  test("a link, a pipe, a device or a folder", async () => {
    const folder = tempFolder({ "x.env/y": "", "real.env": "" });
    symlinkSync("real.env", join(folder, "link.env"));
    symlinkSync("/dev/stdout", join(folder, "out.json"));
    execFileSync("mkfifo", [join(folder, "pipe.env")]);
    expect(await why(join(folder, "link.env"))).toContain("is a link");
    expect(await why(join(folder, "out.json"))).toContain("is a link");
    expect(await why(join(folder, "pipe.env"))).toContain("no regular file");
    expect(await why(join(folder, "x.env"))).toContain("no regular file");
  });

  test("a folder that is missing", async () => {
    expect(await why(join(tempFolder(), "none/keys.env"))).toContain("it does not exist");
  });

  test("content that could not be kept", async () => {
    const folder = tempFolder({ "keys.json": "[]" });
    expect(await why(join(folder, "keys.json"))).toContain("no JSON object");
  });

  test.skipIf(!HAS_GIT)("a work tree whose git does not ignore it (needs git)", async () => {
    const folder = tempFolder({ ".gitignore": "*.env\n" });
    git(folder, "init", "-q");
    expect(await why(join(folder, "keys.json"))).toContain("git does not ignore it");
    expect(await why(join(folder, "keys.env"))).toBeUndefined();
  });

  test("any other path is fine, also one that leads upwards", async () => {
    const folder = tempFolder({ "a/b": "" });
    workIn(join(folder, "a"));
    for (const path of ["../keys.env", "keys.json", ".env", join(folder, "12:30 x.DOTENV")]) {
      expect(await why(path)).toBeUndefined();
    }
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

test("a look or a writing that hangs ends with the run", async () => {
  for (const begin of [
    (path: string, options: ReturnType<typeof programOptions>, signal: AbortSignal) =>
      checkKeysOut(path, ["ci"], options, signal),
    async (path: string, options: ReturnType<typeof programOptions>, signal: AbortSignal) => {
      const written = await writeKeysOut(path, ENTRIES, options, signal);
      return written.ok ? "ok" : written.error;
    },
  ]) {
    const folder = tempFolder({ ".git/HEAD": "" });
    const ready = tempFolder();
    const { path } = programs({ git: hangs(ready) });
    const stop = new AbortController();
    const ended = begin(join(folder, "keys.env"), programOptions({ path }), stop.signal);
    await made(join(ready, "ready"));
    stop.abort();
    expect(await ended).toContain("was stopped, because the run ends");
    expect(await gone(pidIn(join(ready, "ready")))).toBe(true);
    expect(readdirSync(folder)).toEqual([".git"]);
  }
});

describe("the keys are written by the ending of the file", () => {
  test("as dotenv or as JSON, for the owner's eyes only", async () => {
    const folder = tempFolder();
    for (const [name, text] of [
      ["keys.env", `CI=${KEY}\nBOT_2=${KEY}2\n`],
      ["keys.json", `{\n  "CI": "${KEY}",\n  "BOT_2": "${KEY}2"\n}\n`],
    ] as const) {
      const path = join(folder, name);
      expect(await writeKeysOut(path, ENTRIES, programOptions())).toEqual({ ok: true });
      expect(readFileSync(path, "utf8")).toBe(text);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  test("the keys of an earlier run stay", async () => {
    const path = join(tempFolder({ "keys.env": "OLD=sk-old\nCI=sk-older\n" }), "keys.env");
    await writeKeysOut(path, ENTRIES, programOptions());
    expect(readFileSync(path, "utf8")).toBe(`OLD=sk-old\nCI=${KEY}\nBOT_2=${KEY}2\n`);
  });

  test("without a key nothing is written", async () => {
    const folder = tempFolder();
    expect(await writeKeysOut(join(folder, "keys.env"), [], programOptions())).toEqual({
      ok: true,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a failure is told, without the key", async () => {
    const path = join(tempFolder(), "none/keys.env");
    const result = await writeKeysOut(path, ENTRIES, programOptions());
    expect(result.ok ? "" : result.error).toContain("it does not exist");
  });
});
