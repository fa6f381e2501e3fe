// Bundles the CLI into CommonJS, which starts faster than ESM and needs nothing installed beside it. What
// only some runs need stands in files of its own, which are loaded then: every import() in the source is
// the beginning of one. The licences of what is bundled stand beside them.
import { build, transform } from "esbuild";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { notices } from "./notices.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const MAIN = "cometkeys.cjs";
/** What action.yml starts. */
const ACTION = "action.cjs";
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
    entryPoints: { [basename(MAIN, ".cjs")]: "src/main.ts", action: "src/action.ts" },
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
  "src/cli.ts",
  "src/commands/validate.ts",
  "src/commands/plan.ts",
  "src/commands/apply.ts",
];

/** The file of each part, by what the parts call each other: the first of `TOGETHER` that cannot do without it. */
function filesOf({ outputs }) {
  const files = new Map();
  const take = (path, file) => {
    const id = idOf(path);
    if (files.has(id)) return;
    files.set(id, file);
    for (const { kind, path: other } of outputs[path].imports) {
      if (kind === "import-statement" && other in outputs) take(other, file);
    }
  };
  for (const entry of TOGETHER) {
    const path = Object.keys(outputs).find((one) => outputs[one].entryPoint === entry);
    take(path, entry === "src/main.ts" ? basename(MAIN, ".cjs") : basename(entry, ".ts"));
  }
  return files;
}

const idOf = (path) => `./${basename(path)}`;

/** Puts the parts of a file into one scope, which starts faster than one of their own for each. */
async function joinParts({ outputFiles, metafile }) {
  const parts = new Map(outputFiles.map(({ path, text }) => [idOf(path), text]));
  const files = filesOf(metafile);
  const joined = await rollup({
    input: [MAIN, ACTION].map(idOf),
    // What nobody uses has been left out by then.
    treeshake: false,
    plugins: [
      {
        name: "parts",
        resolveId: (id) => (parts.has(id) ? id : { id, external: true }),
        load: (id) => parts.get(id),
      },
    ],
  });
  const names = { entryFileNames: "[name].cjs", chunkFileNames: "[name].cjs" };
  const options = { format: "cjs", ...names, manualChunks: (id) => files.get(id) };
  const { output } = await joined.generate(options);
  return output;
}

async function writeProgram() {
  const bundled = await bundle();
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const { fileName, code: joined } of await joinParts(bundled)) {
    const cjs = { ...COMMON, format: "cjs", supported: { "dynamic-import": false } };
    const { code } = await transform(joined, cjs);
    const start = fileName === MAIN ? `#!/usr/bin/env node\n/* Licences: ${LICENCES} */\n` : "";
    writeFileSync(join(dist, fileName), start + code);
  }
  chmodSync(join(dist, MAIN), 0o755);
  // Of the packages that were read, only what came into a file.
  const used = Object.values(bundled.metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const texts = notices(root, used);
  writeFileSync(
    join(dist, LICENCES),
    `Bundled packages and their licences\n\n${texts.join("\n\n---\n\n")}\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeProgram();
