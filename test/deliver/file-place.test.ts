import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { placeOf } from "../../src/deliver/file-place.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

/** A folder that is worked in, without a repository; `said` is the file that was found, or why none was. */
function place() {
  const folder = tempFolder({ "work/out/keys.env": "A=1\n", "away/x": "" });
  const at = (path: string): string => join(folder, path);
  workIn(at("work"));
  const link = (target: string, path: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    symlinkSync(target, at(path));
  };
  const said = async (path: string, root = at("work"), ...trees: string[]): Promise<string> => {
    const found = await placeOf({ root, path, shown: path, trees });
    return found.ok ? found.value.file : `${found.error.message}; ${found.error.fix}`;
  };
  return { at, link, said };
}

test("a file is found where it is or will be", async () => {
  const { at, said } = place();
  expect(await said("out/keys.env")).toBe(at("work/out/keys.env"));
  expect(await said("out/new.env")).toBe(at("work/out/new.env"));
  expect(await said("new.env", ".")).toBe(at("work/new.env"));
});

describe("nothing is written through a link", () => {
  test("that stands for the file, also where it leads nowhere", async () => {
    const { at, link, said } = place();
    link("keys.env", "work/out/linked.env");
    link("nowhere", "work/out/broken.env");
    expect(await said("out/linked.env")).toContain(`${at("work/out/linked.env")} is a link`);
    expect(await said("out/broken.env")).toContain("is a link");
  });

  test("that stands for a folder on the way", async () => {
    const { at, link, said } = place();
    link("out", "work/inside");
    link(at("away"), "work/deep/outside");
    expect(await said("inside/keys.env")).toContain(`${at("work/inside")} is a link`);
    expect(await said("deep/outside/x.env")).toContain(`${at("work/deep/outside")} is a link`);
  });

  test("on the way to the root, where a pull request could have put it", async () => {
    const { at, link, said } = place();
    link(at("away"), "work/linked");
    expect(await said("x.env", at("work/linked"))).toContain(`${at("work/linked")} is a link`);
    mkdirSync(at("other/.git"), { recursive: true });
    mkdirSync(at("away/deep"));
    link(at("away"), "other/linked");
    expect(await said("x.env", at("other/linked/deep"))).toContain("is a link");
  });

  test("nor in any other tree that the run reads from", async () => {
    const { at, link, said } = place();
    link(at("away"), "co/out");
    expect(await said("x.env", at("co/out"), at("none"), at("co"))).toContain(
      `${at("co/out")} is a link`,
    );
    expect(await said("x.env", at("co/out"), at("none"))).toBe(at("away/x.env"));
  });

  test("but one of the machine may lead to the root", async () => {
    const { at, link, said } = place();
    link("away", "tmp");
    expect(await said("x.env", at("tmp"))).toBe(at("away/x.env"));
  });
});

describe("what is no place for a file is refused", () => {
  test("a folder that is missing is not made", async () => {
    const { at, said } = place();
    expect(await said("none/x.env")).toBe(
      `none/x.env: ${at("work/none")}: it does not exist; make it ready before; no folder is made`,
    );
    expect(await said("x.env", at("none"))).toContain("it does not exist");
  });

  test("a file where a folder should be", async () => {
    const { at, said } = place();
    expect(await said("out/keys.env/x")).toContain("is no folder");
    expect(await said("out/keys.env/x/y")).toContain("a file stands where a folder should be");
    expect(await said("x", at("work/out/keys.env"))).toContain("is no folder");
  });

  test("a folder or a pipe where the file should be", async () => {
    const { at, said } = place();
    execFileSync("mkfifo", [at("work/out/pipe.env")]);
    expect(await said("out")).toContain("it is no regular file");
    expect(await said("out/pipe.env")).toContain("it is no regular file");
    expect(await said("null", "/dev")).toContain("it is no regular file");
  });

  test("a file that is too large", async () => {
    const { at, said } = place();
    writeFileSync(at("work/out/large.env"), "");
    truncateSync(at("work/out/large.env"), 1_000_001);
    expect(await said("out/large.env")).toContain("larger than 1 MB");
  });

  test("a path that is not one of plain names", async () => {
    const { said } = place();
    for (const path of ["../x", "out/../x", "./x", "out//x", "/etc/x", "", "out/", "a\0"]) {
      expect(await said(path)).toContain("not one of plain names");
    }
  });

  test("what git keeps for itself", async () => {
    const { at, said } = place();
    mkdirSync(at("work/.git/info"), { recursive: true });
    mkdirSync(at("work/.GIT"), { recursive: true });
    for (const path of [".git/x", ".git/info/exclude", ".GIT/x"]) {
      expect(await said(path)).toContain("where git keeps its own files");
    }
    expect(await said(".git", at("away"))).toContain("where git keeps its own files");
  });

  test.each(["objects", "refs", "commondir", "config"])(
    "what git could take for a repository, by HEAD and %s",
    async (part) => {
      const { at, said } = place();
      writeFileSync(at("work/out/HEAD"), "");
      expect(await said("out/keys.env")).toBe(at("work/out/keys.env"));
      writeFileSync(at(`work/out/${part}`), "");
      mkdirSync(at("work/out/deep"));
      expect(await said("out/keys.env")).toContain("where git keeps its own files");
      expect(await said("x.env", at("work/out/deep"))).toContain("where git keeps its own files");
    },
  );

  test("a repository without a work tree", async () => {
    const { at, said } = place();
    for (const part of ["objects", "refs", "hooks"]) {
      mkdirSync(at(`bare/${part}`), { recursive: true });
    }
    writeFileSync(at("bare/HEAD"), "");
    expect(await said("pre-push", at("bare/hooks"))).toContain("where git keeps its own files");
  });
});

test("its state tells whether the folder or the file was changed", async () => {
  const { at } = place();
  const state = async (): Promise<string> => {
    const found = await placeOf({ root: at("work"), path: "out/keys.env", shown: "" });
    return found.ok ? found.value.state : "";
  };
  const before = await state();
  expect(await state()).toBe(before);
  writeFileSync(at("work/out/beside.env"), "");
  expect(await state()).toBe(before);
  writeFileSync(at("work/out/keys.env"), "A=12\n");
  expect(await state()).not.toBe(before);
});
