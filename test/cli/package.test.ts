import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runProgram } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { accessTo, testbed } from "../support/testbed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

it("the packed package, installed elsewhere with nothing beside it, runs validate and plan", async () => {
  const elsewhere = tempFolder({ "package.json": '{ "private": true }' });
  // A home of its own: nothing of this machine's npm settings or cache takes part.
  const env = { HOME: elsewhere, npm_config_cache: join(elsewhere, ".cache") };
  // The build has been made before the tests; packing must not rewrite it under them.
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", elsewhere];
  const packed = await runProgram("npm", args, { cwd: ROOT, env });
  expect(packed).toMatchObject({ code: 0 });
  const [tarball] = JSON.parse(packed.stdout);
  const files: readonly { readonly path: string }[] = tarball.files;
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      "dist/cometkeys.cjs",
      "dist/licences.txt",
      "keys.example.yaml",
      "schemas/keys.schema.json",
    ]),
  );
  expect(paths.filter((path) => /^(src|test|fixtures)\//.test(path))).toEqual([]);

  const install = [
    "install",
    "--offline",
    "--no-audit",
    "--no-fund",
    join(elsewhere, tarball.filename),
  ];
  expect(await runProgram("npm", install, { cwd: elsewhere, env })).toMatchObject({ code: 0 });

  const place = await testbed(["{ name: worker, remain_quota: 500 }"]);
  const bin = join(elsewhere, "node_modules/.bin/cometkeys");
  const run = (command: string) =>
    runProgram(bin, [command], { cwd: place.folder, env: accessTo(place.sandbox) });
  expect(await run("validate")).toMatchObject({ code: 0, stdout: "Valid: 1 key in 1 file.\n" });
  const plan = await run("plan");
  expect(plan).toMatchObject({ code: 0, stderr: "" });
  expect(plan.stdout).toContain("Plan: 1 to create, ");
});
