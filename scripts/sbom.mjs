// Prints a bill of materials (CycloneDX) of what is inside the published files: the packages that the bundler
// took something of, and none of those that only built or tested it.
//   node scripts/sbom.mjs
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./build.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = (folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

const { metafile } = await bundle();
const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
const folders = inputs.flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);

function component(type, { name, version, license }) {
  const licenses = [/ /.test(license) ? { expression: license } : { license: { id: license } }];
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { type, "bom-ref": purl, name, version, purl, licenses };
}

const bill = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: { component: component("application", manifest(".")) },
  components: [...new Set(folders)].sort().map((folder) => component("library", manifest(folder))),
};
console.log(JSON.stringify(bill, null, 2));
