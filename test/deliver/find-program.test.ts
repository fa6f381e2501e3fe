import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram, safeEnvironment } from "../../src/deliver/find-program.ts";
import { executable } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

const SCRIPT = "#!/bin/sh\n";

/** A repository that is worked in, beside folders of the machine; `found` is what a name leads to. */
function place() {
  const folder = tempFolder({ "repo/.git/HEAD": "", "repo/deep/x": "", "machine/x": "" });
  const at = (path: string): string => join(folder, path);
  workIn(at("repo/deep"));
  const found = async (name: string, ...path: readonly string[]): Promise<string> => {
    const program = await findProgram(name, { env: { PATH: path.join(":") }, trees: [] });
    return program.ok ? program.value : program.error;
  };
  return { folder, at, found };
}

describe("a bare name is looked up in PATH", () => {
  test("the first executable file is taken", async () => {
    const { at, found } = place();
    writeFileSync(at("machine/vault"), SCRIPT);
    mkdirSync(at("other/vault"), { recursive: true });
    executable(at("third/vault"), SCRIPT);
    executable(at("fourth/vault"), SCRIPT);
    const path = ["machine", "other", "none", "third", "fourth"].map(at);
    expect(await found("vault", ...path)).toBe(at("third/vault"));
  });

  test("what is nowhere is said to be", async () => {
    expect(await place().found("vault", "/usr/bin")).toBe("vault was not found in PATH");
    expect(await findProgram("vault", { env: {}, trees: [] })).toEqual({
      ok: false,
      error: "vault was not found in PATH",
    });
  });

  test("relative entries and empty ones are passed over", async () => {
    const { at, found } = place();
    executable(at("repo/deep/vault"), SCRIPT);
    executable(at("repo/deep/bin/vault"), SCRIPT);
    expect(await found("vault", "", ".", "bin", "./bin")).toBe("vault was not found in PATH");
  });

  test("so are those in the working tree, however they are written", async () => {
    const { at, found } = place();
    executable(at("repo/bin/vault"), SCRIPT);
    executable(at("machine/vault"), SCRIPT);
    symlinkSync(at("repo/bin"), at("linked"));
    for (const entry of [at("repo/bin"), `${at("machine")}/../repo/bin`, at("linked")]) {
      expect(await found("vault", entry)).toContain(`it lies in the working tree ${at("repo")}`);
      expect(await found("vault", entry, at("machine"))).toBe(at("machine/vault"));
    }
  });

  test("a path is no bare name", async () => {
    const { at, found } = place();
    executable(at("machine/vault"), SCRIPT);
    for (const name of ["./vault", "../machine/vault", "machine/vault", "..", "-vault", ""]) {
      expect(await found(name, at("machine"), at("."))).toContain("neither a name nor an absolute");
    }
  });
});

describe("no program is started that a pull request can change", () => {
  test("an absolute path in the working tree is refused", async () => {
    const { at, found } = place();
    expect(await found(executable(at("repo/x.sh"), SCRIPT))).toContain("in the working tree");
  });

  test("so is a link that leads into it, and one in it that leads out", async () => {
    const { at, found } = place();
    executable(at("repo/x.sh"), SCRIPT);
    executable(at("machine/good"), SCRIPT);
    symlinkSync(at("repo/x.sh"), at("machine/in"));
    symlinkSync(at("machine/good"), at("repo/out"));
    symlinkSync(at("repo/out"), at("machine/through"));
    symlinkSync(at("machine"), at("repo/folder"));
    symlinkSync(at("repo/folder/good"), at("machine/folders"));
    for (const path of ["machine/in", "repo/out", "machine/through", "machine/folders"]) {
      expect(await found(at(path))).toContain("or a link there leads to it");
    }
  });

  test("a link outside of it is called by its own name", async () => {
    const { at, found } = place();
    executable(at("machine/snap"), SCRIPT);
    symlinkSync("snap", at("machine/gh"));
    expect(await found(at("machine/gh"))).toBe(at("machine/gh"));
    expect(await found("gh", at("machine"))).toBe(at("machine/gh"));
  });

  test("the repository around a submodule counts too", async () => {
    const { at, found } = place();
    mkdirSync(at("repo/sub"));
    writeFileSync(at("repo/sub/.git"), "gitdir: ../.git/modules/sub\n");
    workIn(at("repo/sub"));
    expect(await found(executable(at("repo/x.sh"), SCRIPT))).toContain("in the working tree");
  });

  test("and around a repository that lies in another", async () => {
    const { at, found } = place();
    mkdirSync(at("repo/inner/.git"), { recursive: true });
    workIn(at("repo/inner"));
    const program = executable(at("repo/bin/vault"), SCRIPT);
    expect(await found(program)).toContain(`in the working tree ${at("repo")}`);
    expect(await found("vault", at("repo/bin"))).toContain("was not found in PATH");
  });

  test("nor from any other tree that the run reads from or writes to", async () => {
    const { at } = place();
    executable(at("machine/vault"), SCRIPT);
    symlinkSync(at("machine/vault"), at("vault"));
    const around = { env: { PATH: `${at("machine")}:${at(".")}` }, trees: [at("machine")] };
    for (const name of ["vault", at("machine/vault"), at("vault")]) {
      const program = await findProgram(name, around);
      expect(program.ok ? program.value : program.error).toContain(
        `it lies in the working tree ${at("machine")}`,
      );
    }
  });

  test("without a repository the working directory counts", async () => {
    const { at, found } = place();
    workIn(at("machine"));
    expect(await found(executable(at("machine/x"), SCRIPT))).toContain("in the working tree");
    expect(await found(executable(at("other/x"), SCRIPT))).toBe(at("other/x"));
  });
});

test("an absolute path has to be an executable file", async () => {
  const { at, found } = place();
  writeFileSync(at("machine/text"), SCRIPT);
  symlinkSync("circle", at("machine/circle"));
  expect(await found(at("machine/text"))).toBe(`${at("machine/text")}: there is no right to it`);
  expect(await found(at("machine"))).toBe(`${at("machine")}: it is no file`);
  expect(await found(at("none"))).toBe(`${at("none")}: it does not exist`);
  expect(await found(at("machine/circle"))).toContain("in a circle");
});

test("the PATH of programs leads into no working tree", async () => {
  const { at } = place();
  mkdirSync(at("repo/bin"));
  symlinkSync(at("repo/bin"), at("linked"));
  const path = [
    at("repo/bin"),
    "",
    ".",
    "node_modules/.bin",
    at("linked"),
    at("none"),
    at("machine"),
  ];
  const env = { PATH: path.join(":") };
  expect(await safeEnvironment({ env, trees: [] })).toEqual({ PATH: at("machine") });
  expect(await safeEnvironment({ env, trees: [at("machine")] })).toEqual({ PATH: "" });
});

test("nor do the lists in which programs look for code of theirs", async () => {
  const { at } = place();
  mkdirSync(at("repo/lib"));
  mkdirSync(at("other"));
  const unsafe = [at("repo/lib"), "lib", "", at("machine")].join(":");
  const names = [
    "PYTHONPATH",
    "NODE_PATH",
    "PERL5LIB",
    "PERLLIB",
    "RUBYLIB",
    "CLASSPATH",
    "LD_LIBRARY_PATH",
  ];
  for (const name of [...names, "PYTHONHOME", "DYLD_LIBRARY_PATH"]) {
    const safeOf = (value: string) =>
      safeEnvironment({ env: { [name]: value }, trees: [at("machine")] });
    expect(await safeOf(`${unsafe}:${at("other")}:${at("other")}/*`)).toEqual({
      [name]: `${at("other")}:${at("other")}/*`,
    });
    expect(await safeOf(unsafe)).toEqual({});
    expect(await safeOf(`${at("repo/lib")}/*`)).toEqual({});
  }
  const env = { OTHER_PATH: unsafe, NOTHING: undefined };
  expect(await safeEnvironment({ env, trees: [] })).toEqual({ OTHER_PATH: unsafe });
});

test("from / no program is started, and the cause is told", async () => {
  workIn("/");
  const found = await findProgram("sh", { env: process.env, trees: [] });
  expect(found.ok ? "found" : found.error).toContain(
    "run cometkeys in the folder of the repository",
  );
});
