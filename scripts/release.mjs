// What the release workflow asks of a version:
//   node scripts/release.mjs check vX.Y.Z    whether all that names a version names this one
//   node scripts/release.mjs notes vX.Y.Z    its part of the changelog
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");
const [what, tag = ""] = process.argv.slice(2);
if (!/^v\d+\.\d+\.\d+$/.test(tag)) throw new Error(`${tag} is no tag of a release`);
const version = tag.slice(1);

/** The text below the heading of the version, up to the next. */
function notes() {
  const parts = read("CHANGELOG.md").split(/^## /m);
  const part = parts.find((text) => text.startsWith(`[${version}]`));
  return part?.slice(part.indexOf("\n") + 1).trim() ?? "";
}

switch (what) {
  case "check": {
    const lock = JSON.parse(read("package-lock.json"));
    const all = (path, pattern) => Array.from(read(path).matchAll(pattern), ([, one]) => one);
    const named = {
      "package.json": [JSON.parse(read("package.json")).version],
      "package-lock.json": [lock.version, lock.packages[""].version],
      "templates/cometkeys.yml": all(
        "templates/cometkeys.yml",
        /^ {4}version:\n(?: {6}(?!default).*\n)* {6}default: (\S+)$/gm,
      ),
      "README.md": all("README.md", /cometkeys@(\d+\.\d+\.\d+)/g),
    };
    const wrong = Object.entries(named).flatMap(([path, found]) =>
      found.length > 0 && found.every((one) => one === version)
        ? []
        : [`${path} names ${found.join(", ") || "no version"}`],
    );
    if (notes() === "") wrong.push(`CHANGELOG.md has nothing under [${version}]`);
    if (wrong.length > 0) {
      console.error(`${tag} cannot be released:\n${wrong.join("\n")}`);
      process.exitCode = 1;
    }
    break;
  }
  case "notes":
    console.log(notes());
    break;
  default:
    throw new Error("check or notes");
}
