import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { placeOf } from "../../src/deliver/file-place.ts";
import { gitRefusal } from "../../src/deliver/git-ignored.ts";
import { git, HAS_GIT } from "../support/git.ts";
import { executable, programOptions, programs, TOKEN } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

/** Why a file must not be written, or `fine`. */
async function said(root: string, path: string, options = programOptions()): Promise<string> {
  const place = await placeOf({ root, path, shown: path });
  if (!place.ok) throw new Error(place.error.message);
  const refusal = await gitRefusal(place.value, path, options);
  return refusal === undefined ? "fine" : `${refusal.message}; ${refusal.fix}`;
}

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

describe("git is asked through nothing that could lead it astray", () => {
  test("by this command, without the access token and the variables of git", async () => {
    const folder = tempFolder({ ".git/HEAD": "" });
    const { path, started } = programs({ git: "" });
    const env = { GIT_DIR: "/x", TOKEN_COPY: TOKEN };
    expect(await said(folder, "keys.env", programOptions({ path, env }))).toBe("fine");
    const [call] = started();
    const argv = ["-C", folder, "check-ignore", "-q", "--", "./keys.env"];
    expect(call?.argv.slice(1)).toEqual(argv);
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

  test("without git, a file in a work tree is refused, and one in none is fine", async () => {
    const folder = tempFolder({ ".git/HEAD": "", "deep/x": "" });
    const options = programOptions({ path: tempFolder() });
    expect(await said(join(folder, "deep"), "keys.env", options)).toContain("git was not found");
    expect(await said(tempFolder(), "keys.env", options)).toBe("fine");
  });

  test.each([
    ["another exit code", "exit 2", "exit code 2"],
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
});

test("a file named .git upwards makes a work tree too, and one that is gone none", async () => {
  const folder = tempFolder({ ".git": "gitdir: /nowhere\n" });
  mkdirSync(join(folder, "deep"));
  const options = programOptions({ path: tempFolder() });
  expect(await said(join(folder, "deep"), "keys.env", options)).toContain("git work tree");
  rmSync(join(folder, ".git"));
  expect(await said(join(folder, "deep"), "keys.env", options)).toBe("fine");
});
