import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkFiles } from "../../src/deliver/check-files.ts";
import { programOptions } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

function file(root: string, path: string) {
  return { root, path, shown: path, format: "dotenv" } as const;
}

async function checked(root: string, path: string): Promise<string> {
  const looks = [{ file: file(root, path), variables: ["KEY"] }];
  const [refusal] = await checkFiles(looks, programOptions());
  return refusal?.message ?? "fine";
}

describe("what keeps a folder locked for good is told before", () => {
  test.each<readonly [what: string, make: (lock: string) => void]>([
    ["a file", (lock) => writeFileSync(lock, "")],
    ["a link", (lock) => symlinkSync(".", lock)],
    ["a link that leads nowhere", (lock) => symlinkSync("none", lock)],
    ["a folder with something in it", (lock) => mkdirSync(join(lock, "x"), { recursive: true })],
  ])("%s", async (_, make) => {
    const root = tempFolder({ "out/x": "" });
    const lock = join(root, "out/.cometkeys-lock");
    make(lock);
    expect(await checked(root, "out/a.env")).toBe(
      `out/a.env: ${lock} is no empty folder, which a run makes there while it writes`,
    );
    rmSync(lock, { recursive: true });
    expect(await checked(root, "out/a.env")).toBe("fine");
  });

  test("not one that a run has left, or holds just now", async () => {
    const root = tempFolder({ ".cometkeys-lock/x": "" });
    rmSync(join(root, ".cometkeys-lock/x"));
    expect(await checked(root, "a.env")).toBe("fine");
  });

  test("a place that would be one is none", async () => {
    const root = tempFolder({ "out/.cometkeys-lock/x": "" });
    for (const path of ["out/.Cometkeys-lock/a.env", ".cometkeys-lock"]) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      expect(await checked(root, path)).toContain("makes an empty folder of that name");
    }
  });
});

test.skipIf(process.platform !== "linux")(
  "so is a folder in which nothing can be made",
  async () => {
    expect(await checked("/proc/self", "task/a.env")).toMatch(
      /^task\/a\.env: no file can be made in \/proc\/\d+\/task: /,
    );
  },
);

test.each(["dotenv", "json"] as const)(
  "a file that the keys would make larger than can be read again is told before: %s",
  async (format) => {
    const full = (size: number): string =>
      format === "json" ? `{"A":"${"x".repeat(size - 9)}"}\n` : `A=${"x".repeat(size - 3)}\n`;
    const root = tempFolder({ "full.env": full(999_800), "free.env": full(999_500) });
    const look = (path: string) => ({
      file: { ...file(root, path), format },
      variables: ["KEY", "OTHER"],
    });
    const [refusal, none] = await checkFiles(
      [look("full.env"), look("free.env")],
      programOptions(),
    );
    expect(refusal?.message).toBe("full.env: it would become larger than 1 MB");
    expect(none).toBeUndefined();
  },
);

test("what is made to find that out goes again", async () => {
  const root = tempFolder({ "out/x": "" });
  expect(await checked(root, "out/a.env")).toBe("fine");
  expect(readdirSync(join(root, "out"))).toEqual(["x"]);
});

test("a look ends with the run", async () => {
  const root = tempFolder({ "a.env": "" });
  const looks = [{ file: file(root, "a.env"), variables: ["KEY"] }];
  const [refusal] = await checkFiles(looks, programOptions(), AbortSignal.abort());
  expect(refusal?.message).toContain("because the run ends");
});
