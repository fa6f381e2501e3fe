import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { placeOf } from "../../src/deliver/file-place.ts";
import { checkFiles } from "../../src/deliver/check-files.ts";
import { writeVariables } from "../../src/deliver/file-sink.ts";
import { replaceFile } from "../../src/deliver/replace-file.ts";
import { KEY, programOptions } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const ENTRY = { variable: "KEY", key: new Secret(KEY) };

function file(root: string, path: string) {
  return { root, path, shown: path, format: path.endsWith(".json") ? "json" : "dotenv" } as const;
}

async function written(root: string, path: string): Promise<string> {
  const result = await writeVariables(file(root, path), [ENTRY], programOptions());
  return result.ok ? "ok" : result.error;
}

async function checked(root: string, path: string): Promise<string> {
  const looks = [{ file: file(root, path), variables: ["KEY"] }];
  const [refusal] = await checkFiles(looks, programOptions());
  return refusal?.message ?? "fine";
}

describe("a variable is written, for the owner's eyes only", () => {
  test("to a new file", async () => {
    const root = tempFolder();
    expect(await written(root, "keys.env")).toBe("ok");
    expect(readFileSync(join(root, "keys.env"), "utf8")).toBe(`KEY=${KEY}\n`);
    expect(statSync(join(root, "keys.env")).mode & 0o777).toBe(0o600);
    expect(readdirSync(root)).toEqual(["keys.env"]);
  });

  test("whatever the umask", async () => {
    const root = tempFolder();
    const before = process.umask(0o277);
    try {
      expect(await written(root, "keys.env")).toBe("ok");
    } finally {
      process.umask(before);
    }
    expect(statSync(join(root, "keys.env")).mode & 0o777).toBe(0o600);
  });

  test("to a file that others could read until then", async () => {
    const root = tempFolder({ "keys.json": '{\n  "A": 1\n}\n' });
    chmodSync(join(root, "keys.json"), 0o644);
    const { ino } = statSync(join(root, "keys.json"));
    expect(await written(root, "keys.json")).toBe("ok");
    expect(readFileSync(join(root, "keys.json"), "utf8")).toBe(
      `{\n  "A": 1,\n  "KEY": "${KEY}"\n}\n`,
    );
    expect(statSync(join(root, "keys.json")).mode & 0o777).toBe(0o600);
    // Whoever has the old one open does not see the new one.
    expect(statSync(join(root, "keys.json")).ino).not.toBe(ino);
  });

  test("other lines stay to the byte, also what is no UTF-8", async () => {
    const root = tempFolder({ "keys.env": new Uint8Array([65, 61, 0xff, 0xfe, 0xc3, 10]) });
    expect(await written(root, "keys.env")).toBe("ok");
    const bytes = readFileSync(join(root, "keys.env"));
    expect([...bytes.subarray(0, 6)]).toEqual([65, 61, 0xff, 0xfe, 0xc3, 10]);
  });

  test("all of several variables at once", async () => {
    const root = tempFolder();
    const entries = ["A", "B"].map((variable) => ({ variable, key: new Secret(KEY) }));
    await writeVariables(file(root, "keys.env"), entries, programOptions());
    expect(readFileSync(join(root, "keys.env"), "utf8")).toBe(`A=${KEY}\nB=${KEY}\n`);
  });
});

describe("a file whose content could be lost is left as it is, which is said before", () => {
  test.each([
    ["a list", "keys.json", "[1]", "it is no JSON object"],
    ["no UTF-8", "keys.json", new Uint8Array([0x7b, 0xff, 0x7d]), "it is no text in UTF-8"],
    [
      "two bytes a character",
      "keys.env",
      Buffer.from("A=1\n", "utf16le"),
      "bytes that are no text",
    ],
    ["an open quote", "keys.env", 'A="\n', "is not closed"],
  ])("%s", async (_, name, content, error) => {
    const root = tempFolder({ [name]: content });
    const before = readFileSync(join(root, name));
    expect(await checked(root, name)).toContain(error);
    expect(await written(root, name)).toContain(error);
    expect(readFileSync(join(root, name))).toEqual(before);
    expect(readdirSync(root)).toEqual([name]);
  });
});

test("a check makes and changes nothing", async () => {
  const root = tempFolder({ "old.env": "A=1\n" });
  expect(await checked(root, "old.env")).toBe("fine");
  expect(await checked(root, "new.env")).toBe("fine");
  expect(await checked(root, "none/new.env")).toContain("it does not exist");
  expect(readdirSync(root)).toEqual(["old.env"]);
  expect(readFileSync(join(root, "old.env"), "utf8")).toBe("A=1\n");
});

test.skipIf(process.getuid?.() === 0)(
  "a folder without rights is told (root has them)",
  async () => {
    const root = tempFolder();
    chmodSync(root, 0o500);
    expect(await checked(root, "keys.env")).toContain("there is no right to it");
    chmodSync(root, 0o700);
  },
);

test("nothing is written once the run ends", async () => {
  const root = tempFolder();
  const options = programOptions();
  const result = await writeVariables(file(root, "a.env"), [ENTRY], options, AbortSignal.abort());
  expect(result.ok ? "ok" : result.error).toContain("because the run ends");
  expect(readdirSync(root)).toEqual([]);
});

test("two runs that write to one file at once lose none of their variables", async () => {
  const root = tempFolder();
  const runs = ["A", "B"].map(async (variable) => {
    const entries = [{ variable, key: new Secret(KEY) }];
    return writeVariables(file(root, "keys.env"), entries, programOptions());
  });
  expect(await Promise.all(runs)).toMatchObject([{ ok: true }, { ok: true }]);
  expect(readFileSync(join(root, "keys.env"), "utf8").split("\n").sort()).toEqual([
    "",
    `A=${KEY}`,
    `B=${KEY}`,
  ]);
});

describe("what changes between the look and the writing stops it, and stays", () => {
  test.each<readonly [what: string, name: string, change: (root: string) => void]>([
    ["the file", "keys.env", (root) => writeFileSync(join(root, "keys.env"), "B=2222\n")],
    ["that it is there", "keys.env", (root) => rmSync(join(root, "keys.env"))],
    ["that it is not", "new.env", (root) => writeFileSync(join(root, "new.env"), "B=2\n")],
    ["what it is", "new.env", (root) => mkdirSync(join(root, "new.env"))],
    ["to a link", "new.env", (root) => symlinkSync("keys.env", join(root, "new.env"))],
  ])("%s", async (_, name, change) => {
    const root = tempFolder({ "keys.env": "A=1\n" });
    const place = await placeOf(file(root, name));
    if (!place.ok) throw new Error(place.error.message);
    change(root);
    const before = readdirSync(root);
    const bytes = Buffer.from(`KEY=${KEY}\n`);
    const result = await replaceFile(file(root, name), place.value, bytes);
    expect(result).not.toMatchObject({ ok: true, value: "written" });
    expect(readdirSync(root)).toEqual(before);
    for (const each of before.filter((each) => statSync(join(root, each)).isFile())) {
      expect(readFileSync(join(root, each), "utf8")).not.toContain(KEY);
    }
  });

  test("also where its folder has become another one", async () => {
    const root = tempFolder({ "out/a": "", "away/a": "" });
    const target = file(root, "out/keys.env");
    const place = await placeOf(target);
    if (!place.ok) throw new Error(place.error.message);
    renameSync(join(root, "out"), join(root, "moved"));
    symlinkSync("away", join(root, "out"));
    const result = await replaceFile(target, place.value, Buffer.from("KEY=x\n"));
    expect(result.ok ? "ok" : result.error).toContain("is a link");
    expect(readdirSync(join(root, "away"))).toEqual(["a"]);
  });
});
