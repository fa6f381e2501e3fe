import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { httpServer, sendJson, type HttpServer } from "./http-server.ts";
import { runProgram } from "./run-cli.ts";
import { tempFolder } from "./temp-folder.ts";

/** A package as a registry has it. */
export interface PackedPackage {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
}

/** Packs a folder as `npm publish` would; no script of it is run. */
export async function packFolder(folder: string): Promise<PackedPackage> {
  const home = tempFolder();
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", home];
  // A home of its own: nothing of this machine's npm settings or cache takes part.
  const env = { HOME: home, npm_config_cache: join(home, ".cache") };
  const packed = await runProgram("npm", args, { cwd: folder, env });
  if (packed.code !== 0) throw new Error(packed.stderr);
  const [{ filename }] = JSON.parse(packed.stdout);
  return {
    manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
    tarball: readFileSync(join(home, filename)),
  };
}

/** A registry on the loopback address that has one package, closed after the test. */
export function npmRegistry({ manifest, tarball }: PackedPackage): Promise<HttpServer> {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  return httpServer(({ url, headers }, response) => {
    if (url === "/package.tgz") {
      response.end(tarball);
      return;
    }
    if (url !== `/${name}`) {
      sendJson(response, 404, {});
      return;
    }
    const dist = { tarball: `http://${headers.host ?? ""}/package.tgz`, integrity };
    const versions = { [version]: { ...manifest, dist } };
    sendJson(response, 200, { name, "dist-tags": { latest: version }, versions });
  });
}
