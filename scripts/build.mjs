// Bundles the CLI into CommonJS: it starts faster than ESM and needs nothing installed beside it. What few
// runs need stands in files of its own, which are loaded then. The licences of what is bundled travel
// at the end of each file.
import { build } from "esbuild";
import { appendFileSync, chmodSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notices } from "./notices.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The files beside the main one: what each holds, and which import of the others leads to it. */
const APART = [
  { file: "proxy.cjs", entry: "src/http/proxy-agent.ts", imported: /\/proxy-agent\.ts$/ },
  { file: "ajv.cjs", entry: "node_modules/ajv/dist/ajv.js", imported: /^ajv$/ },
];

/** Leaves the imports that lead to a file apart to the time at which they are come to. */
function apart(but) {
  return {
    name: "apart",
    setup(build) {
      for (const { file, imported } of APART) {
        if (file === but) continue;
        build.onResolve({ filter: imported }, () => ({ path: `./${file}`, external: true }));
      }
    },
  };
}

async function bundle(file, entry, options = {}) {
  const outfile = join(root, "dist", file);
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    // The templates of `init`, imported as text.
    loader: { ".yml": "text", ".yaml": "text" },
    legalComments: "none",
    metafile: true,
    plugins: [apart(file)],
    logLevel: "warning",
    ...options,
  });
  const texts = notices(root, Object.keys(result.metafile.inputs)).map((text) =>
    text.replaceAll("*/", "* /"),
  );
  const licences = `Bundled packages and their licences\n\n${texts.join("\n\n---\n\n")}`;
  appendFileSync(outfile, `\n/*\n${licences}\n*/\n`);
  return outfile;
}

rmSync(join(root, "dist"), { recursive: true, force: true });
// Their code is nobody's to read here, so their names may be short.
for (const { file, entry } of APART) await bundle(file, entry, { minifyIdentifiers: true });
const main = await bundle("cometkeys.cjs", "src/main.ts", {
  banner: { js: "#!/usr/bin/env node" },
  define: {
    VERSION: JSON.stringify(version),
    EXAMPLE: JSON.stringify(readFileSync(join(root, "keys.example.yaml"), "utf8")),
  },
});
chmodSync(main, 0o755);
