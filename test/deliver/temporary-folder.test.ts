import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeStale, temporaryIn } from "../../src/deliver/temporary-folder.ts";
import { git, HAS_GIT } from "../support/git.ts";
import { tempFolder } from "../support/temp-folder.ts";

const LEFT = ".cometkeys-01234567-89ab-4cde-8f01-23456789abcd";

test.skipIf(!HAS_GIT)("git does not add what a killed run leaves in it (needs git)", async () => {
  const folder = tempFolder({ ".gitignore": "keys.env\n!.cometkeys-*\n" });
  git(folder, "init", "-q");
  const { file } = await temporaryIn(folder);
  writeFileSync(file, "KEY=x\n");
  git(folder, "add", "-A");
  expect(execFileSync("git", ["-C", folder, "ls-files"], { encoding: "utf8" })).toBe(
    ".gitignore\n",
  );
});

test("it is its owner's alone, and nothing of it stays", async () => {
  const folder = tempFolder();
  const { file, remove } = await temporaryIn(folder);
  expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
  writeFileSync(file, "KEY=x\n");
  await remove();
  expect(readdirSync(folder)).toEqual([]);
});

/** A folder as a killed run leaves it, as if a day ago. */
function left(folder: string, name = LEFT, file = "new"): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const each of [".gitignore", file]) writeFileSync(join(path, each), "");
  const then = Date.now() / 1_000 - 86_400;
  utimesSync(path, then, then);
  return path;
}

test("what a killed run left is removed, and nothing else is", async () => {
  const folder = tempFolder({ "away/new": "", "away/.gitignore": "" });
  left(folder);
  left(folder, LEFT.replace("0", "1"), "other");
  left(folder, ".cometkeys-mine");
  left(folder, "keys");
  symlinkSync("away", join(folder, LEFT.replace("0", "2")));
  const { madeAt, remove } = await temporaryIn(folder);
  await removeStale(folder, madeAt);
  await remove();
  expect(readdirSync(folder)).toEqual(
    [LEFT.replace("0", "1"), LEFT.replace("0", "2"), ".cometkeys-mine", "away", "keys"].sort(),
  );
  expect(readdirSync(join(folder, "away"))).toEqual([".gitignore", "new"]);
  expect(readdirSync(join(folder, LEFT.replace("0", "1")))).toEqual([".gitignore", "other"]);
});

test("that of another run which writes now stays", async () => {
  const folder = tempFolder();
  const other = await temporaryIn(folder);
  writeFileSync(other.file, "KEY=x\n");
  const { madeAt, remove } = await temporaryIn(folder);
  await removeStale(folder, madeAt);
  await remove();
  expect(readdirSync(join(other.file, ".."))).toEqual([".gitignore", "new"]);
});
