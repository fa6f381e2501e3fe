import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPaths } from "../../src/run/paths.ts";
import { readFileWhole } from "../../src/run/read-file.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

/** What reading says: the text, or the kind of fault. */
async function said(path: string, sameTree = true): Promise<string> {
  const read = await readFileWhole(path, 1_000, sameTree ? createPaths() : undefined);
  return read.ok ? new TextDecoder().decode(read.value) : read.error.kind;
}

/** A repository beside a file that is none of its own. */
function place() {
  const folder = tempFolder({ "repo/.git/HEAD": "", "repo/a.yaml": "own", "secret.txt": "secret" });
  const link = (target: string, path: string): string => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    symlinkSync(target, full);
    return full;
  };
  return { folder, link };
}

describe("a link is followed only inside the tree it stands in", () => {
  test("one that leads out of the repository is refused", async () => {
    const { folder, link } = place();
    expect(await said(link("../secret.txt", "repo/keys.yaml"))).toBe("outside");
    expect(await said(link("/proc/self/environ", "repo/keys/env.yaml"))).toBe("outside");
    expect(await said(link(join(folder, "secret.txt"), "repo/absolute.yaml"))).toBe("outside");
  });

  test("so is a file below a linked folder that leads out", async () => {
    const { folder, link } = place();
    link("..", "repo/up");
    expect(await said(join(folder, "repo/up/secret.txt"))).toBe("outside");
  });

  test("one inside of it is followed, also to another folder", async () => {
    expect(await said(place().link("../a.yaml", "repo/deep/keys.yaml"))).toBe("own");
  });

  test("without a repository the file's folder is the tree", async () => {
    const { link } = place();
    expect(await said(link("repo/a.yaml", "inside.yaml"))).toBe("own");
    expect(await said(link("../secret.txt", "other/keys.yaml"))).toBe("outside");
  });

  test("folders that are linked as a whole, and the files of a ConfigMap, pass", async () => {
    const { folder, link } = place();
    const whole = link(join(folder, "repo"), "linked");
    expect(await said(join(whole, "a.yaml"))).toBe("own");
    writeFileSync(join(folder, "repo", ".keep"), "");
    mkdirSync(join(folder, "map/..2026"), { recursive: true });
    writeFileSync(join(folder, "map/..2026/keys.yaml"), "mounted");
    link("..2026", "map/..data");
    expect(await said(link("..data/keys.yaml", "map/keys.yaml"))).toBe("mounted");
  });

  const inRoot = readdirSync("/").filter((name) => lstatSync(`/${name}`).isSymbolicLink());
  test.runIf(inRoot.length > 0 && process.platform !== "win32")(
    "in / everything would be inside, so a run that is started there follows none",
    async () => {
      const folder = `/${inRoot.find((name) => statSync(`/${name}`).isDirectory())}`;
      expect(await createPaths().treeLeftBy(folder)).toBeUndefined();
      workIn("/");
      expect(await createPaths().treeLeftBy(folder)).toBe("/");
      expect(await createPaths().treeLeftBy("/")).toBeUndefined();
      expect(await createPaths().treeLeftBy("/no-such-link/keys.yaml").catch(String)).toContain(
        "ENOENT",
      );
    },
  );

  test("a file that is no link may lie anywhere, and other readers ask for no tree", async () => {
    const { folder, link } = place();
    expect(await said(join(folder, "secret.txt"))).toBe("secret");
    expect(await said(link("../secret.txt", "repo/token"), false)).toBe("secret");
  });
});

describe("what is no plain file", () => {
  test("a device is refused", async () => {
    expect(await said("/dev/zero")).toBe("no-file");
  });

  test("a pipe is waited for until somebody has written to it", async () => {
    const pipe = join(tempFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const reading = said(pipe);
    const writer = await open(pipe, "w");
    await writer.write("from a pipe");
    await writer.close();
    expect(await reading).toBe("from a pipe");
  });

  test("a pipe without an end is refused once it is too much", async () => {
    const pipe = join(tempFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const reading = said(pipe);
    const writer = await open(pipe, "w");
    await writer.write("x".repeat(1_001));
    expect(await reading).toBe("too-large");
    await writer.close();
  });
});
