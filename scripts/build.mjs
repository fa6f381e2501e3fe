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

/** Of undici, the three dispatchers that src/http uses: the whole brings its own fetch and WebSocket. */
const UNDICI = ["Agent", "EnvHttpProxyAgent", "Pool"]
  .map((name) => {
    const file = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
    return `export { default as ${name} } from "undici/lib/dispatcher/${file}.js";`;
  })
  .join("\n");

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

async function writeProgram() {
  const { outputFiles, metafile } = await bundle();
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      ...COMMON,
      format: "cjs",
      supported: { "dynamic-import": false },
      banner: basename(path) === MAIN ? `#!/usr/bin/env node\n/* Licences: ${LICENCES} */` : "",
    });
    writeFileSync(path, code);
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
