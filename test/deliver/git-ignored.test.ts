import { spawnSync } from "node:child_process";
import { chownSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { placeOf } from "../../src/deliver/file-place.ts";
import { gitRefusals } from "../../src/deliver/git-ignored.ts";
import { git, HAS_GIT } from "../support/git.ts";
import { executable, programOptions, programs, TOKEN } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

const GIT = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).stdout.trim();

/** Why a file must not be written, or `fine`. */
async function said(root: string, path: string, options = programOptions()): Promise<string> {
  const place = await placeOf({ root, path, shown: path });
  if (!place.ok) throw new Error(place.error.message);
  const [refusal] = await gitRefusals([{ place: place.value, shown: path }], options);
  return refusal === undefined ? "fine" : `${refusal.message}; ${refusal.fix}`;
}

/** A git that ignores whatever it is asked about. */
const SAYS_ALL = 'cat "$d/stdin"';

function repository(): string {
  const folder = tempFolder({ ".gitignore": "*.env\nignored/\n", "ignored/a": "", "out/a": "" });
  git(folder, "init", "-q");
  return folder;
}

describe.skipIf(!HAS_GIT)("in a work tree (needs git), the word of git counts", () => {
  test("a file that git ignores is fine", async () => {
    const folder = repository();
    expect(await said(folder, "keys.env")).toBe("fine");
    expect(await said(folder, "out/keys.env")).toBe("fine");
    expect(await said(folder, "ignored/keys.json")).toBe("fine");
    expect(await said(join(folder, "out"), "keys.env")).toBe("fine");
  });

  test("another one is not, and the fix says what to do", async () => {
    const folder = repository();
    expect(await said(folder, "out/keys.json")).toBe(
      `out/keys.json: it lies in the git work tree ${folder}, and git does not ignore it; add it to .gitignore, and untrack it where git tracks it`,
    );
  });

  test("nor is one that is tracked although it is ignored", async () => {
    const folder = repository();
    writeFileSync(join(folder, "keys.env"), "");
    git(folder, "add", "-f", "keys.env");
    expect(await said(folder, "keys.env")).toContain("git does not ignore it");
  });

  test("of many files, git is started once for each work tree", async () => {
    const [folder, other] = [repository(), repository()];
    const names = Array.from({ length: 300 }, (_, at) => [`${at}.env`, `é\n"${at}.json`]).flat();
    const files = [folder, other, tempFolder()].flatMap((root) =>
      names.map((name) => ({
        place: { folder: root, folderId: "", file: join(root, name), isThere: false, state: "" },
        shown: name,
      })),
    );
    const { path, started } = programs({ git: `exec ${GIT} "$@" <"$d/stdin"` });
    const refusals = await gitRefusals(files, programOptions({ path }));
    expect(started()).toHaveLength(2);
    const unfit = files.filter((_, at) => refusals[at] !== undefined);
    expect(unfit).toEqual(files.slice(0, 1_200).filter(({ shown }) => shown.endsWith(".json")));
    expect(refusals.find((refusal) => refusal !== undefined)?.message).toBe(
      `é\n"0.json: it lies in the git work tree ${folder}, and git does not ignore it`,
    );
  });

  test("no variable has git answer for another repository", async () => {
    const [folder, other] = [repository(), repository()];
    writeFileSync(join(folder, ".gitignore"), "");
    const env = {
      GIT_DIR: join(other, ".git"),
      GIT_WORK_TREE: other,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.excludesFile",
      GIT_CONFIG_VALUE_0: join(other, ".gitignore"),
    };
    expect(await said(folder, "keys.env", programOptions({ env }))).toContain("does not ignore it");
    expect(await said(other, "keys.env", programOptions({ env: { GIT_DIR: "/none" } }))).toBe(
      "fine",
    );
  });

  test("a name is nothing but a name", async () => {
    const folder = repository();
    expect(await said(folder, ":(exclude)a.json")).toContain("git does not ignore it");
    expect(await said(folder, "-q.json")).toContain("git does not ignore it");
    expect(await said(folder, "*.env")).toBe("fine");
  });

  test("where git sees no repository after all, the file is refused", async () => {
    const folder = tempFolder({ ".git/x": "" });
    expect(await said(folder, "keys.env")).toContain("whether git ignores it is unknown");
  });
});

/** What a commit can hold that git takes for a repository, in `out`, with settings in `x`. */
function trap(folder: string, config: string): void {
  mkdirSync(join(folder, "out"), { recursive: true });
  for (const part of ["objects", "refs", "info"]) {
    mkdirSync(join(folder, "x", part), { recursive: true });
  }
  writeFileSync(join(folder, "x/config"), config);
  writeFileSync(join(folder, "x/info/exclude"), "*\n");
  writeFileSync(join(folder, "out/HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(folder, "out/commondir"), "../x\n");
  writeFileSync(join(folder, "out/config.worktree"), "[core]\n\tbare = false\n\tworktree = .\n");
}

describe.skipIf(!HAS_GIT)("what a pull request holds is no repository (needs git)", () => {
  test("no program that it names is run, and the real repository answers", async () => {
    const [folder, proof] = [repository(), join(tempFolder(), "ran")];
    const config = `[core]\n\trepositoryformatversion = 1\n\tfsmonitor = "sh -c 'touch ${proof}' #"\n[extensions]\n\tworktreeConfig = true\n`;
    trap(folder, config);
    git(folder, "add", "x");
    mkdirSync(join(folder, "out/deep"));
    copyFileSync(join(folder, ".git/index"), join(folder, "out/index"));
    for (const root of ["out", "out/deep"]) {
      expect(await askedAt(join(folder, root), "a.json")).toContain("git does not ignore it");
      expect(await askedAt(join(folder, root), "a.env")).toBe("fine");
    }
    expect(existsSync(proof)).toBe(false);
  });

  test("nor is one run that the repository's own settings name", async () => {
    const [folder, proof] = [repository(), join(tempFolder(), "ran")];
    git(folder, "config", "core.fsmonitor", `sh -c 'touch ${proof}' #`);
    expect(await said(folder, "keys.env")).toBe("fine");
    expect(existsSync(proof)).toBe(false);
    git(folder, "check-ignore", "keys.env");
    expect(existsSync(proof)).toBe(true);
  });

  test("a list of the user's that ignores more does not count", async () => {
    const [folder, home] = [repository(), tempFolder({ ".config/git/ignore": "*" })];
    git(folder, "config", "core.excludesFile", join(home, ".config/git/ignore"));
    const options = programOptions({ env: { HOME: home } });
    expect(await said(folder, "a.json", options)).toContain("git does not ignore it");
  });

  test("a work tree beside the repository and a submodule have theirs elsewhere", async () => {
    const [folder, beside] = [repository(), join(tempFolder(), "tree")];
    git(folder, "add", ".");
    const as = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    git(folder, ...as, "commit", "-qm", "x");
    git(folder, "worktree", "add", "-q", beside);
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", folder, "sub");
    for (const tree of [beside, join(folder, "sub"), join(folder, "sub/out")]) {
      expect(await said(tree, "a.env")).toBe("fine");
      expect(await said(tree, "a.json")).toContain("git does not ignore it");
    }
  });
});

/** Where a folder is refused before git is asked, git is asked all the same. */
async function askedAt(folder: string, name: string): Promise<string> {
  const place = { folder, folderId: "", file: join(folder, name), isThere: false, state: "" };
  const [refusal] = await gitRefusals([{ place, shown: name }], programOptions());
  return refusal?.message ?? "fine";
}

describe("a .git that may not be what git made is not obeyed, and no program is started", () => {
  test.each<readonly [what: string, files: Readonly<Record<string, string>>, error: string]>([
    ["one that leads into the tree", { ".git": "gitdir: x\n", "x/HEAD": "" }, "could have filled"],
    ["one that names nothing", { ".git": "x\n" }, "names no folder of git"],
    ["one that names too much", { ".git": `gitdir: ${"x".repeat(9_000)}` }, "names no folder"],
    ["one that leads to a file", { ".git": "gitdir: .git\n" }, "leads to no folder"],
    ["one that leads nowhere", { ".git": "gitdir: .git/y\n" }, "a file stands where"],
  ])("%s", async (_, files, error) => {
    const folder = tempFolder(files);
    const { path, started } = programs({ git: "" });
    expect(await said(folder, "keys.env", programOptions({ path }))).toContain(error);
    expect(started()).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)("one of another user (needs root)", async () => {
    const folder = tempFolder({ ".git/HEAD": "" });
    const { path, started } = programs({ git: SAYS_ALL });
    chownSync(join(folder, ".git"), 12_345, 12_345);
    const options = programOptions({ path });
    expect(await said(folder, "keys.env", options)).toContain("is another user's");
    expect(started()).toEqual([]);
    chownSync(folder, 12_345, 12_345);
    expect(await said(folder, "keys.env", options)).toBe("fine");
  });
});

describe("git is asked through nothing that could lead it astray", () => {
  test("by this command, without the access token and the variables of git", async () => {
    const folder = tempFolder({ ".git/HEAD": "" });
    const { path, started } = programs({ git: SAYS_ALL });
    const env = { GIT_DIR: "/x", TOKEN_COPY: TOKEN };
    expect(await said(folder, "keys.env", programOptions({ path, env }))).toBe("fine");
    const [call] = started();
    expect(call?.argv.slice(1)).toEqual([
      `--git-dir=${join(folder, ".git")}`,
      `--work-tree=${folder}`,
      "-c",
      "core.fsmonitor=",
      "-c",
      "core.hooksPath=/dev/null",
      "-c",
      "core.excludesFile=/dev/null",
      "check-ignore",
      "--stdin",
      "-z",
    ]);
    expect(call?.stdin).toBe("./keys.env\0");
    expect(call?.listing).toBe("");
    expect(call?.env).toMatchObject({ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" });
    expect(call?.env).not.toHaveProperty("GIT_DIR");
    expect(call?.env).not.toHaveProperty("TOKEN_COPY");
  });

  test("never by a program of the working tree", async () => {
    const folder = tempFolder({ ".git/HEAD": "" });
    executable(join(folder, "bin/git"), "#!/bin/sh\n");
    workIn(folder);
    expect(await said(folder, "keys.env", programOptions({ path: join(folder, "bin") }))).toContain(
      "git was not found in PATH",
    );
  });

  test("nor by one of the repository it is asked about, wherever the run was started", async () => {
    const folder = tempFolder({ ".git/HEAD": "", "inner/.git/HEAD": "" });
    const options = programOptions({ path: join(folder, "bin") });
    executable(join(folder, "bin/git"), "#!/bin/sh\n");
    for (const root of [folder, join(folder, "inner")]) {
      expect(await said(root, "keys.env", options)).toContain("git was not found in PATH");
    }
  });

  test("without git, a file in a work tree is refused, and one in none is fine", async () => {
    const folder = tempFolder({ ".git/HEAD": "", "deep/x": "" });
    const options = programOptions({ path: tempFolder() });
    expect(await said(join(folder, "deep"), "keys.env", options)).toContain("git was not found");
    expect(await said(tempFolder(), "keys.env", options)).toBe("fine");
  });

  test.each([
    ["another exit code", "exit 2", "exit code 2"],
    ["silence", "exit 0", "said something else"],
    ["half a path", "printf ./keys.env", "said something else"],
    ["more than it was asked", "head -c 9000 /dev/zero", "said something else"],
    ["another path", "printf './keys.en\\0'", "git does not ignore it"],
    ["its error", "echo 'fatal: detected dubious ownership' >&2; exit 128", "dubious ownership"],
  ])("%s refuses the file", async (_, body, error) => {
    const folder = tempFolder({ ".git/HEAD": "" });
    const { path } = programs({ git: body });
    expect(await said(folder, "keys.env", programOptions({ path }))).toContain(error);
  });

  test("no answer in time refuses it", async () => {
    const folder = tempFolder({ ".git/HEAD": "" });
    const { path } = programs({ git: "sleep 100000" });
    expect(await said(folder, "keys.env", programOptions({ path, timeoutMs: 200 }))).toContain(
      "git check-ignore timed out",
    );
  });

  test("nor does one that takes as long as a slow server may", async () => {
    const folder = tempFolder({ ".git/HEAD": "" });
    const { path } = programs({ git: "sleep 100000" });
    expect(await said(folder, "keys.env", programOptions({ path, timeoutMs: 600_000 }))).toContain(
      "git check-ignore timed out",
    );
  });
});

test("a file named .git upwards makes a work tree too, and one that is gone none", async () => {
  const folder = tempFolder({ ".git": "gitdir: /nowhere\n" });
  mkdirSync(join(folder, "deep"));
  const options = programOptions({ path: tempFolder() });
  expect(await said(join(folder, "deep"), "keys.env", options)).toContain("git work tree");
  rmSync(join(folder, ".git"));
  expect(await said(join(folder, "deep"), "keys.env", options)).toBe("fine");
});
