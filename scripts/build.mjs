// Bundles the CLI into CommonJS, which starts faster than ESM and needs nothing installed beside it. What
// only some runs need stands in files of its own, which are loaded then: every import() in the source is
// the beginning of one. The licences of what is bundled stand beside them.
import { build, transform } from "esbuild";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notices } from "./notices.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const MAIN = "cometkeys.cjs";
const LICENCES = "licences.txt";

const COMMON = { platform: "node", target: "node20", minify: true, legalComments: "none" };

/**
 * Of undici, what src/http uses: the whole brings its own fetch and WebSocket. Its `connect` is put onto the
 * dispatchers by the package's index.
 */
const UNDICI = `
import connect from "undici/lib/api/api-connect.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
export { default as Agent } from "undici/lib/dispatcher/agent.js";
export { default as EnvHttpProxyAgent } from "undici/lib/dispatcher/env-http-proxy-agent.js";
export { default as Pool } from "undici/lib/dispatcher/pool.js";
Object.assign(Dispatcher.prototype, { connect });
`;

/** What is bundled of two packages is less than they would have an importer take. */
const LESS = {
  name: "less",
  setup(build) {
    // Of its two editions, the one of ES modules, of which only what is used is taken.
    const yaml = join(root, "node_modules/yaml/browser/index.js");
    build.onResolve({ filter: /^yaml$/ }, () => ({ path: yaml, sideEffects: false }));
    build.onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "parts" }));
    build.onLoad({ filter: /./, namespace: "parts" }, () => ({
      contents: UNDICI,
      resolveDir: root,
    }));
    // No command of ours is a program of its own, which commander would start.
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: "none", namespace: "none" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** The files of the program, still as ES modules, and what they are made of. */
export function bundle() {
  return build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: { [basename(MAIN, ".cjs")]: "src/main.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    write: false,
    metafile: true,
    // The templates of `init`, imported as text.
    loader: { ".yml": "text", ".yaml": "text" },
    define: {
      VERSION: JSON.stringify(version),
      EXAMPLE: JSON.stringify(readFileSync(join(root, "keys.example.yaml"), "utf8")),
    },
    plugins: [LESS],
    logLevel: "warning",
  });
}

/**
 * Which parts stand in one file: those that are loaded together. A hundred small ones would take longer to
 * be found than to be read. What no command here needs has a file of its own.
 */
const TOGETHER = [
  "src/main.ts",
  "src/commands/validate.ts",
  "src/commands/plan.ts",
  "src/commands/apply.ts",
];

/** The file of each part: the first of `TOGETHER` that cannot do without it. */
function filesOf({ outputs }) {
  const files = new Map();
  const take = (path, file) => {
    if (files.has(basename(path))) return;
    files.set(basename(path), file);
    for (const { kind, path: other } of outputs[path].imports) {
      if (kind === "import-statement" && other in outputs) take(other, file);
    }
  };
  for (const entry of TOGETHER) {
    const path = Object.keys(outputs).find((one) => outputs[one].entryPoint === entry);
    const name = basename(entry, ".ts");
    take(path, name === "main" ? MAIN : `${name}.cjs`);
  }
  for (const path of Object.keys(outputs)) {
    if (!files.has(basename(path))) files.set(basename(path), basename(path));
  }
  return files;
}

/** Gives a part of a file, which runs when it is asked for the first time. */
const PART = `const parts = {}, modules = {};
module.exports = (name) => {
  if (!(name in modules)) parts[name]((modules[name] = { exports: {} }).exports, modules[name]);
  return modules[name].exports;
};`;

async function writeProgram() {
  const { outputFiles, metafile } = await bundle();
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const files = filesOf(metafile);
  const codes = new Map();
  for (const { path, text } of outputFiles) {
    const cjs = { ...COMMON, format: "cjs", supported: { "dynamic-import": false } };
    const { code } = await transform(text, cjs);
    const name = basename(path);
    const linked = code.replaceAll(
      /require\("\.\/([^"]+\.cjs)"\)/g,
      (_, part) => `require("./${files.get(part)}")("${part}")`,
    );
    const file = files.get(name);
    // In brackets, so that it is compiled at once, and not looked over first.
    const part = `parts["${name}"] = (function (exports, module) {${linked}});`;
    codes.set(file, [...(codes.get(file) ?? []), part]);
  }
  for (const [file, parts] of codes) {
    const [before, after] =
      file === MAIN
        ? [`#!/usr/bin/env node\n/* Licences: ${LICENCES} */\n`, `\nmodule.exports("${MAIN}");`]
        : ["", ""];
    writeFileSync(join(dist, file), [before, PART, ...parts, after].join("\n").trimStart());
  }
  chmodSync(join(dist, MAIN), 0o755);
  // Of the packages that were read, only what came into a file.
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const texts = notices(root, used);
  writeFileSync(
    join(dist, LICENCES),
    `Bundled packages and their licences\n\n${texts.join("\n\n---\n\n")}\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeProgram();
