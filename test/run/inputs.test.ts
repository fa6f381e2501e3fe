import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadFiles, readSources } from "../../src/run/inputs.ts";
import { MAX_FILE_BYTES } from "../../src/config/decode.ts";

const TEXT = "version: 1\nkeys: []\n";
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cometkeys-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text = TEXT): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** Root may read everything, so it steps down while `work` runs. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.("nobody");
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

async function read(...paths: readonly string[]): Promise<{ files: string[]; codes: string[] }> {
  const { sources, diagnostics } = await readSources(paths);
  return { files: sources.map(({ file }) => file), codes: diagnostics.map(({ code }) => code) };
}

describe("readSources", () => {
  test("reads files in the order given", async () => {
    const b = await file("b.yaml", "b");
    const a = await file("a.txt", "a");
    expect(await readSources([b, a])).toEqual({
      sources: [
        { file: b, text: "b" },
        { file: a, text: "a" },
      ],
      diagnostics: [],
    });
  });

  test("a folder means its visible YAML files by name, not deeper", async () => {
    for (const name of ["b.yml", "a.yaml", ".hidden.yaml", "notes.md", "c.yaml.bak"])
      await file(name);
    await mkdir(join(folder, "d.yaml"));
    await mkdir(join(folder, "deeper"));
    await file("deeper/e.yaml");
    expect(await read(folder)).toEqual({
      files: [join(folder, "a.yaml"), join(folder, "b.yml")],
      codes: [],
    });
  });

  test("a file named twice is read once, also through its folder or a link", async () => {
    const path = await file("a.yaml");
    await symlink(path, join(folder, "link.yaml"));
    expect(await read(path, folder, path)).toEqual({ files: [path], codes: [] });
  });

  test("a folder without YAML files is an error", async () => {
    await file("notes.md");
    expect(await read(folder)).toEqual({ files: [], codes: ["file-empty-folder"] });
  });

  test("a missing file is an error that says so, and the others are still read", async () => {
    const path = await file("a.yaml");
    const { sources, diagnostics } = await readSources([join(folder, "none.yaml"), path]);
    expect(sources).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      {
        code: "file-unreadable",
        at: { file: join(folder, "none.yaml") },
        message: "there is no such file or folder",
      },
    ]);
    expect(diagnostics[0]?.fix).toContain("-f");
  });

  test("a link that leads nowhere is an error, not a file left out", async () => {
    await file("a.yaml");
    await symlink(join(folder, "gone"), join(folder, "b.yaml"));
    expect((await read(folder)).codes).toEqual(["file-unreadable"]);
  });

  test("a file below a file is explained", async () => {
    const path = await file("a.yaml");
    const { diagnostics } = await readSources([join(path, "b.yaml")]);
    expect(diagnostics[0]?.message).toBe("a part of the path is a file, not a folder");
  });

  test("a file that may not be read is explained", async () => {
    const path = await file("a.yaml");
    await chmod(path, 0);
    const { diagnostics } = await asOrdinaryUser(() => readSources([path]));
    expect(diagnostics[0]?.message).toBe("the file may not be read");
  });

  test("a link that leads to itself is explained", async () => {
    const path = join(folder, "a.yaml");
    await symlink(path, path);
    const { diagnostics } = await readSources([path]);
    expect(diagnostics[0]?.message).toBe("the link leads back to itself");
  });

  test("a file over 10 MB is refused by its size", async () => {
    const path = await file("a.yaml");
    await truncate(path, MAX_FILE_BYTES + 1);
    expect(await read(path)).toEqual({ files: [], codes: ["file-too-large"] });
  });

  test("a device is no file, and is explained", async () => {
    const { diagnostics } = await readSources(["/dev/zero"]);
    expect(diagnostics[0]?.message).toBe("this is a device or a socket, not a file");
  });

  test("a file that is not UTF-8 is refused by name", async () => {
    const path = join(folder, "a.yaml");
    await writeFile(path, Uint8Array.from([0x61, 0xe9]));
    expect(await read(path)).toEqual({ files: [], codes: ["file-encoding"] });
  });
});

test("the texts of a run are bounded together, also where each is little but comment", async () => {
  const text = `# ${"x".repeat(9_000_000)}\n${TEXT}`;
  const paths = await Promise.all(["a", "b", "c"].map((name) => file(`${name}.yaml`, text)));
  const { sources, diagnostics } = await readSources(paths);
  expect(sources).toHaveLength(2);
  expect(diagnostics).toMatchObject([{ code: "file-too-large", at: { file: paths[2] } }]);
});

test("a run reads a thousand files at most", async () => {
  const paths = await Promise.all(Array.from({ length: 1_002 }, (_, n) => file(`${n}.yaml`)));
  const { sources, diagnostics } = await readSources(paths);
  expect(sources).toHaveLength(1_000);
  expect(diagnostics).toMatchObject([{ code: "file-too-large", at: { file: paths[1_000] } }]);
});

test("`..` takes away the letters before it, also those of a link, so that no link decides what is read", async () => {
  const tree = join(folder, "repo");
  await mkdir(join(tree, ".git"), { recursive: true });
  await mkdir(join(tree, "shared"));
  const keys = (name: string): string => `version: 1\nkeys: [{ name: ${name}, remain_quota: 5 }]\n`;
  await file("repo/keys.yaml", keys("near"));
  await file("repo/shared/keys.yaml", keys("far"));
  await file("keys.yaml", keys("above"));
  for (const target of ["repo/shared/v2", "other/v2"]) {
    await mkdir(join(folder, target), { recursive: true });
    const current = join(tree, `to-${target.replaceAll("/", "-")}`);
    await symlink(join(folder, target), current);
    const namesOf = async (...paths: readonly string[]): Promise<unknown> => {
      const { desired, diagnostics } = await loadFiles(paths);
      return desired?.keys.map(({ name }) => name) ?? diagnostics.map(({ message }) => message);
    };
    expect(await namesOf(`${current}/../keys.yaml`, join(tree, "keys.yaml"))).toEqual(["near"]);
    expect(await namesOf(`${current}/..`)).toEqual(["near"]);
    expect(await namesOf(`${current}/../../keys.yaml`)).toEqual(["above"]);
    expect(await namesOf(`${current}/../none.yaml`)).toEqual(["there is no such file or folder"]);
  }
});

test("a folder of more is refused before any of them is looked at", async () => {
  await Promise.all(
    Array.from({ length: 1_001 }, (_, n) => symlink("none", join(folder, `${n}.yaml`))),
  );
  const { diagnostics } = await readSources([folder]);
  expect(diagnostics).toMatchObject([{ code: "file-too-large" }]);
});

test("after twenty files that cannot be read no other is tried: its path may take long", async () => {
  const paths = Array.from({ length: 300 }, (_, n) => join(folder, `${n}.yaml`));
  const { diagnostics } = await loadFiles(paths);
  expect(diagnostics).toHaveLength(21);
  expect(diagnostics.at(-1)).toMatchObject({
    message: "20 files could not be read, so this one and those after it were left out",
    at: { file: paths[20] },
  });
});

test("a path through more than a hundred folders is too long, also behind a link", async () => {
  const deep = join(folder, "d/".repeat(100));
  const link = join(folder, "link.yaml");
  await mkdir(deep, { recursive: true });
  await symlink(await file(join("d/".repeat(100), "keys.yaml")), link);
  // One whose end is near, and whose way there is not.
  const detour = join(folder, "detour.yaml");
  await mkdir(join(folder, "x"));
  await symlink(`${"x/../".repeat(50)}${basename(await file("near.yaml"))}`, detour);
  for (const path of [join(deep, "keys.yaml"), link, deep, detour]) {
    const { diagnostics } = await loadFiles([path]);
    const found = [{ code: "file-unreadable", message: "the path is too long" }];
    expect(diagnostics).toMatchObject(found);
  }
});
