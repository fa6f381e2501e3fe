import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bundle } from "../../scripts/build.mjs";
import { CLI } from "../support/run-cli.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const [, NOTICES = ""] = readFileSync(join(dirname(CLI), "licences.txt"), "utf8").split(
  "Bundled packages and their licences\n",
);

/** The files of others in the program, without `node_modules/`. */
async function bundledFiles(): Promise<readonly string[]> {
  const { metafile } = await bundle();
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return used.flatMap((path) => path.split("node_modules/").slice(1));
}

test("every bundled package has its licence beside the program", async () => {
  const files = await bundledFiles();
  const packages = [...new Set(files.map((file) => /^(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? ""))];
  expect(packages).toEqual(expect.arrayContaining(["undici", "yaml", "ajv", "commander"]));
  const sections = NOTICES.split("\n---\n").map((section) => section.trim().split("\n\n"));
  const titles = sections.map(([title]) => title);
  expect(packages.filter((name) => !titles.includes(name))).toEqual([]);
  const empty = sections.filter(([, ...text]) => !/copyright/i.test(text.join("\n")));
  expect(empty).toEqual([]);
});

/** The code inside packages that says where it comes from, and what the notices call that. */
const CREDITS = {
  "undici/lib/core/util.js": ["fetch-blob", "Node.js"],
  "undici/lib/dispatcher/fixed-queue.js": ["Node.js"],
  "undici/lib/web/fetch/body.js": ["formdata-polyfill"],
};

/** Code that comes from elsewhere and does not say so in these words. */
const WITHOUT_CREDIT = {
  "undici/lib/llhttp/llhttp-wasm.js": ["llhttp", "musl, through wasi-libc"],
  "undici/lib/llhttp/llhttp_simd-wasm.js": ["llhttp", "musl, through wasi-libc"],
  "ajv/dist/runtime/ucs2length.js": ["punycode.js"],
};

test("a schema inside a package is no code of that package, and has its notice too", async () => {
  const files = await bundledFiles();
  const data = files.filter((file) => file.endsWith(".json"));
  // `data.json` is ajv's own.
  expect(data.sort()).toEqual([
    "ajv/dist/refs/data.json",
    "ajv/dist/refs/json-schema-draft-07.json",
  ]);
  expect(NOTICES).toMatch(/^The JSON Schema meta-schema \(in ajv\).*\n\nCopyright/m);
});

test("every part of another origin inside a package has its notice too", async () => {
  const files = await bundledFiles();
  const crediting = files.filter((file) => {
    const text = readFileSync(`${ROOT}/node_modules/${file}`, "utf8");
    return /copyright|MIT licen[cs]e|\b(extracted|lifted|ported|adapted|derived) from\b/i.test(
      text,
    );
  });
  // One more here is a part whose origin is to be looked up, and added to scripts/notices.mjs.
  expect(crediting.sort()).toEqual(Object.keys(CREDITS));
  const binary = files.filter((file) => /wasm\.js$|\.(wasm|node)$/.test(file));
  expect(Object.keys(WITHOUT_CREDIT)).toEqual(expect.arrayContaining(binary));
  const names = [...Object.values(CREDITS), ...Object.values(WITHOUT_CREDIT)].flat();
  for (const name of names)
    expect(NOTICES).toMatch(new RegExp(`^${name} \\(in .*\\)\nCopyright`, "m"));
  expect(NOTICES).toMatch(/^undici\/lib\/web\/fetch\n\nMIT License\n\nCopyright/m);
});
