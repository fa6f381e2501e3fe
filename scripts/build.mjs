// Bundles the CLI into one CommonJS file: it starts faster than ESM and needs nothing installed
// beside it. The licences of what is bundled travel at the end of the file.
import { build } from "esbuild";
import { chmodSync, existsSync, readFileSync, readdirSync, appendFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const outfile = join(root, "dist/cometkeys.cjs");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const result = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
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
  banner: { js: "#!/usr/bin/env node" },
  define: {
    VERSION: JSON.stringify(version),
    EXAMPLE: JSON.stringify(readFileSync(join(root, "keys.example.yaml"), "utf8")),
  },
  logLevel: "warning",
});

const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found?.[1]) packages.add(found[1]);
}
const notices = [...packages]
  .sort((a, b) => a.localeCompare(b))
  .map((name) => {
    const folder = join(root, "node_modules", name);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file || !existsSync(join(folder, file))) throw new Error(`no licence file in ${name}`);
    return `${name}\n\n${readFileSync(join(folder, file), "utf8").replaceAll("*/", "* /").trim()}`;
  });
appendFileSync(
  outfile,
  `\n/*\nBundled packages and their licences\n\n${notices.join("\n\n---\n\n")}\n*/\n`,
);
chmodSync(outfile, 0o755);
