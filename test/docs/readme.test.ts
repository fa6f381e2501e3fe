import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadDesired } from "../../src/config/load-desired.ts";
import { githubWorkflow } from "../../src/init/templates.ts";
import { EXIT } from "../../src/model/exit-code.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { renderPlanText } from "../../src/render/plan-text.ts";
import { FAULT_PLACES, parseFault, PLAIN_FAULTS } from "../../src/sandbox/fault.ts";
import { parseSeed } from "../../src/sandbox/seed-file.ts";
import { githubScripts } from "../support/pipeline-scripts.ts";
import { runCli } from "../support/run-cli.ts";
import { planOptions } from "../support/plan-scenario.ts";
import { liveKey, NOW } from "../support/records.ts";

const README = readFileSync("README.md", "utf8");

const UNCHANGED = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
const KEYS_FILE = `version: 1
keys:
  - { name: ci-prod, remain_quota: 800000 }
  - { name: batch, remain_quota: 500, allow_ips: [10.0.0.1, 10.0.0.2] }
  - { name: search, remain_quota: 250000, expired_time: 2027-06-30 }
${UNCHANGED.map((name) => `  - { name: ${name}, remain_quota: 500 }`).join("\n")}
`;
const LIVE = [
  liveKey({ id: 12, name: "ci-prod", remain_quota: 200_000, used_quota: 300_000 }),
  liveKey({ id: 17, name: "batch", allow_ips: "10.0.0.1,10.0.0.2" }),
  ...UNCHANGED.map((name, index) => liveKey({ id: 20 + index, name })),
  ...["laptop", "old-bot", "trial"].map((name, index) => liveKey({ id: 40 + index, name })),
];

test("the plan in the README is what the program prints", () => {
  const [, shown = ""] = /```\n\$ cometkeys plan\n(.*?)```/s.exec(README) ?? [];
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text: KEYS_FILE }]);
  expect(diagnostics).toEqual([]);
  if (desired === undefined) throw new Error("the file of this test is not valid");
  const plan = { ...planKeys(desired, LIVE, planOptions({}, NOW)), quotaPerUnit: 500_000 };
  const printed = renderPlanText(plan);
  // The digest is cut in the README: its 64 characters tell a reader nothing.
  expect(shown).toBe(printed.replace(/^(Digest: sha256:)[0-9a-f]{64}$/m, "$1…"));
});

test("the keys file in the README is valid", () => {
  const [, block = ""] = /```yaml\n( *# yaml-language-server.*?)```/s.exec(README) ?? [];
  const text = block.replaceAll(/^ {3}/gm, "");
  expect(text).toContain("ci-prod");
  const { desired, diagnostics } = loadDesired([{ file: "keys.yaml", text }]);
  expect(diagnostics).toEqual([]);
  expect(desired?.keys.map(({ name }) => name)).toEqual(["ci-prod"]);
});

test("the workflow in the README installs and runs the program as the one of init does", () => {
  const [, workflow = ""] = /```yaml\n(name: cometkeys\n.*?)```/s.exec(README) ?? [];
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const generated = githubWorkflow({ file: "keys.yaml", version });
  const linesOf = (text: string, job: string) =>
    githubScripts(text, job, {}).map(({ script }) => script.trim());
  const [install = "", validate = ""] = linesOf(generated, "validate");
  const [ownInstall, ...others] = linesOf(workflow, "keys");
  expect(ownInstall).toBe(install);
  const program = validate.slice(0, validate.indexOf(" validate"));
  expect(others).toEqual([
    `${program} validate`,
    expect.stringMatching(/^echo "::notice::No plan is shown/),
    // The command stands in an expression.
    program,
  ]);
  expect(workflow.indexOf("npm install")).toBeLessThan(workflow.indexOf("actions/checkout@"));
  expect(workflow).toContain("with: { persist-credentials: false }");
  // In the environment of the one step that runs with it, which is the last.
  expect(workflow.match(/\{ secrets\./g)).toHaveLength(1);
  expect(workflow.indexOf("{ secrets.")).toBeGreaterThan(workflow.lastIndexOf("run:"));
});

test("the README tells every command and every exit code, as --help does", async () => {
  const { stdout } = await runCli(["--help"]);
  const [, list = ""] = /^Commands:\n(.*?)\n\n/ms.exec(stdout) ?? [];
  const commands = Array.from(list.matchAll(/^ {2}([a-z]+) /gm), ([, name = ""]) => name);
  const rows = Array.from(README.matchAll(/^\| (`[^|]*) \|/gm), ([, cell = ""]) => cell);
  const told = rows.flatMap((cell) =>
    Array.from(cell.matchAll(/`([a-z]+)/g), ([, name = ""]) => name),
  );
  expect(told.toSorted()).toEqual(commands.filter((name) => name !== "help").toSorted());
  const codes = Array.from(README.matchAll(/^\| ([\d, ]+) \|/gm), ([, cell = ""]) =>
    cell.split(", "),
  );
  expect(codes.flat().map(Number)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
});

test("no document runs the program through npx, which obeys the folder it runs in", () => {
  const documents = readdirSync("docs").map((name) => `docs/${name}`);
  for (const path of ["README.md", "SECURITY.md", "CHANGELOG.md", ...documents]) {
    expect([path, /npx [^`\n]*cometkeys/.exec(readFileSync(path, "utf8"))]).toEqual([path, null]);
  }
});

test("docs/sandbox.md names every place and kind of fault, in a form that is read", () => {
  const text = readFileSync("docs/sandbox.md", "utf8");
  for (const name of [...FAULT_PLACES, ...PLAIN_FAULTS]) expect(text).toContain(`\`${name}\``);
  const examples = ["late:5", "slow:5", "429", "429:2", "drop:group", "refused-name:ci"];
  const forms = ["late:MS", "slow:MS", "429[:SECONDS]", "drop:FIELD", "refused-name:NAME"];
  for (const form of forms) expect(text).toContain(`\`${form}\``);
  for (const when of ["", " #2", " #2,5", " #3-", " 10%"]) {
    for (const kind of examples) expect(parseFault(`any ${kind}${when}`).ok).toBe(true);
  }
});

test("the seed in docs/sandbox.md is one", () => {
  const [, seed = ""] = /```yaml\n(.*?)```/s.exec(readFileSync("docs/sandbox.md", "utf8")) ?? [];
  expect(parseSeed(seed, "seed.yaml")).toMatchObject({ ok: true, value: { length: 3 } });
});

test("no command to paste has a comment beside it, which not every shell takes", () => {
  const documents = readdirSync("docs").map((name) => `docs/${name}`);
  for (const path of ["README.md", ...documents]) {
    const blocks = readFileSync(path, "utf8").matchAll(/^( *)```sh\n(.*?)^\1```$/gms);
    const texts = Array.from(blocks, ([, , text = ""]) => text);
    expect([path, texts.filter((text) => /(?:^|\s)# /m.test(text))]).toEqual([path, []]);
  }
});

test("docs/recovery.md has a part for every exit code", () => {
  const page = readFileSync("docs/recovery.md", "utf8");
  const titles = Array.from(page.matchAll(/^## ([\d, ]+):/gm), ([, codes = ""]) =>
    codes.split(", "),
  );
  const codes = Object.values(EXIT).filter((code) => code !== EXIT.ok);
  expect(titles.flat().map(Number)).toEqual(codes.toSorted((a, b) => a - b));
});
