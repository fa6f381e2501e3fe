import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { changeableTrees, treesOf } from "../../src/deliver/trees.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function place() {
  const folder = tempFolder({
    "co/.git/HEAD": "",
    "co/keys.yaml": "",
    "co/inner/.git/HEAD": "",
    "co/inner/keys/a.yaml": "",
    "plain/keys.yaml": "",
    "plain/deep/x": "",
  });
  return { at: (path: string): string => join(folder, path) };
}

test("the outermost repository around a file or a folder counts", async () => {
  const { at } = place();
  for (const path of ["co", "co/keys.yaml", "co/inner/keys", "co/inner/keys/a.yaml"]) {
    expect(await treesOf([at(path)])).toEqual({ ok: true, value: [at("co")] });
  }
});

test("without a repository, the folder itself, or the one that the file is in", async () => {
  const { at } = place();
  expect(await treesOf([at("plain/keys.yaml")])).toEqual({ ok: true, value: [at("plain")] });
  expect(await treesOf([at("plain/deep")])).toEqual({ ok: true, value: [at("plain/deep")] });
  workIn(at("plain/deep"));
  expect(await treesOf(["../keys.yaml", "."])).toEqual({
    ok: true,
    value: [at("plain"), at("plain/deep")],
  });
});

test("of a link, where it stands, where it leads, and what it leads through", async () => {
  const { at } = place();
  mkdirSync(at("named"));
  symlinkSync(at("co/through"), at("named/keys.yaml"));
  symlinkSync(at("plain/keys.yaml"), at("co/through"));
  expect(await treesOf([at("named/keys.yaml")])).toEqual({
    ok: true,
    value: [at("named"), at("plain"), at("co")],
  });
});

test("what is not there, and a pipe, bring no more than the repository around them", async () => {
  const { at } = place();
  expect(await treesOf([at("co/none")])).toEqual({ ok: true, value: [at("co")] });
  expect(await treesOf(["/no-such-folder/x"])).toEqual({ ok: true, value: ["/no-such-folder/x"] });
  expect(await treesOf(["/no-such-folder"])).toEqual({ ok: true, value: ["/no-such-folder"] });
});

test("of a file right in the temporary folder, a repository around it alone", async () => {
  const { at } = place();
  for (const [temporary, value] of [
    ["plain", []],
    ["co", [at("co")]],
  ] as const) {
    vi.stubEnv("TMPDIR", at(temporary));
    expect(await treesOf([at(`${temporary}/keys.yaml`)])).toEqual({ ok: true, value });
  }
  vi.stubEnv("TMPDIR", at("plain"));
  expect(await treesOf([at("plain/deep/x")])).toEqual({ ok: true, value: [at("plain/deep")] });
});

test("where one of them is everything, that is told", async () => {
  const { at } = place();
  workIn(at("plain"));
  expect(await changeableTrees({ trees: [at("co")] })).toEqual({
    ok: true,
    value: [at("plain"), at("co")],
  });
  const whole = await changeableTrees({ trees: ["/"] });
  expect(whole.ok ? "fine" : whole.error).toMatch(/^\/ counts as the working tree with all/);
});

test.skipIf(process.platform === "win32")(
  "where a way takes too many steps, the trees are unknown, and no program is started",
  async () => {
    const folder = tempFolder({ "keys.yaml": "" });
    mkdirSync(join(folder, "x"));
    symlinkSync(`${"x/../".repeat(40)}keys.yaml`, join(folder, "far.yaml"));
    expect(await treesOf([join(folder, "far.yaml")])).toEqual({
      ok: false,
      error: `where ${join(folder, "far.yaml")} lies cannot be told: too many folders and links are on the way`,
    });
  },
);

test("of `..` after a link, where its letters lead: that is what is read", async () => {
  const { at } = place();
  mkdirSync(at("co/far/y"), { recursive: true });
  symlinkSync("../co/far/y", at("plain/teams"));
  const found = await treesOf([`${at("plain")}/teams/../keys.yaml`]);
  expect(found).toEqual({ ok: true, value: [at("plain")] });
});

test.skipIf(process.platform !== "linux")(
  "a file behind a name that is no text is no pipe, and its trees are unknown",
  async () => {
    const folder = tempFolder({});
    const odd = (before: string, after = ""): Buffer =>
      Buffer.concat([Buffer.from(`${before}d`), Buffer.from([0xff]), Buffer.from(after)]);
    mkdirSync(odd(`${folder}/`));
    writeFileSync(odd(`${folder}/`, "/keys.yaml"), "");
    symlinkSync(odd("", "/keys.yaml"), join(folder, "keys.yaml"));
    expect(await treesOf([join(folder, "keys.yaml")])).toMatchObject({
      error: expect.stringContaining("a name on its way is not in UTF-8"),
    });
  },
);
