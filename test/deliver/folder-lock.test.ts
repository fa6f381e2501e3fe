import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockBlockedBy, lockIn } from "../../src/deliver/folder-lock.ts";
import { tempFolder } from "../support/temp-folder.ts";

test("one at a time has it, and one that a killed run left is taken at the next try", async () => {
  const folder = tempFolder();
  const unlock = await lockIn(folder, Date.now());
  expect(unlock).toBeDefined();
  expect(await lockIn(folder, Date.now())).toBeUndefined();
  await unlock?.();
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(join(folder, ".cometkeys-lock"));
  utimesSync(join(folder, ".cometkeys-lock"), 1, 1);
  expect(await lockIn(folder, Date.now())).toBeUndefined();
  expect(await lockIn(folder, Date.now())).toBeDefined();
});

test("a folder with something in it is no lock, whatever its age", async () => {
  const folder = tempFolder();
  const lock = join(folder, ".cometkeys-lock");
  expect(await lockBlockedBy(folder)).toBeUndefined();
  mkdirSync(lock);
  expect(await lockBlockedBy(folder)).toBeUndefined();
  writeFileSync(join(lock, ".gitkeep"), "");
  expect(await lockBlockedBy(folder)).toBe(lock);
});
