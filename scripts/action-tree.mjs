// Writes what a release of the action consists of into an empty folder, from what has been built:
//   node scripts/action-tree.mjs FOLDER
// The release workflow commits that folder; nothing is installed when the action runs, and nothing is built
// when pre-commit takes its hook from there.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("name a folder");
mkdirSync(join(folder, "dist"), { recursive: true });
if (readdirSync(folder).some((name) => name !== "dist" && name !== ".git")) {
  throw new Error(`${folder} is not empty`);
}
const dist = readdirSync(join(root, "dist")).map((name) => `dist/${name}`);
for (const file of ["action.yml", "LICENSE", "SECURITY.md", "CHANGELOG.md", ...dist]) {
  copyFileSync(join(root, file), join(folder, file));
}
// Only here: a tag of the source has nothing built, and pre-commit would take it for the newest release.
copyFileSync(join(root, "scripts/pre-commit-hooks.yaml"), join(folder, ".pre-commit-hooks.yaml"));

const { name, version, description, license, bin, engines } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const manifest = { name, version, description, license, bin, engines };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
