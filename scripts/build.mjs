// Bundles the CLI into one CommonJS file: it starts faster than ESM and needs nothing installed
// beside it. The licences of what is bundled travel at the end of the file.
import { build } from "esbuild";
import { appendFileSync, chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { notices } from "./notices.mjs";

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

const texts = notices(root, Object.keys(result.metafile.inputs)).map((text) =>
  text.replaceAll("*/", "* /"),
);
appendFileSync(
  outfile,
  `\n/*\nBundled packages and their licences\n\n${texts.join("\n\n---\n\n")}\n*/\n`,
);
chmodSync(outfile, 0o755);
