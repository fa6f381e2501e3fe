import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { actionsJob } from "../support/actions.ts";
import { github } from "../support/github.ts";
import { leaksIn } from "../support/leaks.ts";
import { leakyServer } from "../support/leaky-server.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml, testbed } from "../support/testbed.ts";

const FORMATS = ["text", "json", "markdown", "github", "gitlab"] as const;

test("a plan of 500 changes stays within every limit of GitHub", async () => {
  const stub = await github();
  const entries = Array.from(
    { length: 500 },
    (_, index) =>
      `{ name: "key-${index}-${"中".repeat(12)}", remain_quota: 5, allow_ips: [10.0.0.1, 10.0.0.2] }`,
  );
  const at = await testbed(entries);
  const job = actionsJob(stub, 7);
  const run = await at.run("plan --comment --out plan.json", { env: job.env });
  expect(run.code).toBe(0);
  const body = stub.comments(7)[0]?.body ?? "";
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body).toContain("more changes are not shown in full");
  expect(body).toContain("500 to create");
  expect(Buffer.byteLength(job.summary())).toBeLessThan(1024 * 1024);
  for (const kind of ["error", "warning", "notice"]) {
    const lines = run.stderr.split("\n").filter((line) => line.startsWith(`::${kind} `));
    expect(lines.length).toBeLessThanOrEqual(10);
  }
  const applied = await at.run("apply plan.json --concurrency 16", { env: actionsJob(stub).env });
  expect(applied.code).toBe(0);
  expect(at.sandbox.store.all()).toHaveLength(500);
});

const HOSTILE = [
  "\u001b[31mred\u001b[0m\u0007",
  "::set-output name=digest::forged",
  "##[error]forged",
  "@here and @everyone",
  "</details></td></table><img src=x>",
  "<!-- cometkeys:0123456789abcdef -->",
  "`".repeat(10_240),
  "| a | b |\n## Heading\n- [x](javascript:alert)",
];

test("no hostile group in live data breaks out of a rendering", async () => {
  const stub = await github();
  const seed = HOSTILE.map((group, index) => ({ name: `key-${index}`, remain_quota: 5, group }));
  const at = await testbed(
    HOSTILE.map((_, index) => `{ name: key-${index}, remain_quota: 5, group: default }`),
    { seed: [...seed, ...HOSTILE.map((name) => ({ name })), ...HOSTILE.map((name) => ({ name }))] },
  );
  for (const format of FORMATS) {
    const job = actionsJob(stub, 7);
    const comment = format === "text" ? " --comment" : "";
    const run = await at.run(`plan --format ${format}${comment}`, { env: job.env });
    expect({ format, code: run.code }).toEqual({ format, code: 0 });
    const shown = [run.stdout, run.stderr, job.summary(), stub.comments(7).at(-1)?.body ?? ""];
    for (const text of shown) {
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      const commands = text.split("\n").filter((line) => /^\s*::/.test(line));
      expect(commands.filter((line) => !/^::(add-mask|error|warning|notice)\b/.test(line))).toEqual(
        [],
      );
    }
    // JSON escapes nothing but what JSON has to; it is for programs.
    const forPeople = format === "json" ? shown.slice(1) : shown;
    expect(forPeople.join()).not.toContain("##[");
    for (const markdown of [job.summary(), stub.comments(7).at(-1)?.body ?? ""]) {
      const ours =
        /^<!-- cometkeys:[0-9a-f]{16} -->\n|^<details><summary>|<\/(?:summary|details)>$/gm;
      expect(markdown.replaceAll(ours, "")).not.toContain("<");
      expect(markdown).not.toMatch(/@\w/);
    }
    expect(job.outputs()["digest"]).toMatch(/^sha256:/);
  }
});

test("no format, comment, summary, output or saved plan holds a token or key", async () => {
  const stub = await github();
  const token = "uT7xQ2mWv9LkR4sZ8bYc1NfH";
  const keys = [
    "Kp3VtXw8LmQz5RbNc7YdJh2GsFa9TuEv4WxMoBi6",
    "Zr6HnPq1YcTs8LkWd3VbGm5XjFe9RuQa2NoKtMi7",
  ] as const;
  const server = await leakyServer("records", token, keys);
  const folder = tempFolder({
    "keys.yaml": keysYaml([
      "{ name: worker, remain_quota: 5, model_limits: [a], allow_ips: [10.0.0.1], group: g }",
    ]),
  });
  const secrets = [token, ...keys, stub.token];
  for (const format of FORMATS) {
    const job = actionsJob(stub, 7);
    const run = await runCli(
      ["plan", "--comment", "--verbose", "--format", format, "--out", "plan.json"],
      {
        cwd: folder,
        env: { ...job.env, COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: token },
      },
    );
    expect(run.code).toBe(0);
    const written = [
      run.stdout,
      run.stderr.replace(`::add-mask::${token}\n`, ""),
      job.summary(),
      JSON.stringify(job.outputs()),
      stub.comments(7)[0]?.body ?? "",
      readFileSync(join(folder, "plan.json"), "utf8"),
    ];
    // What the escaping breaks up with invisible characters would still be a secret.
    const seen = written.map((text) => text + text.replaceAll("\u200B", "").replaceAll("\\", ""));
    expect({ format, leaks: seen.map((text) => leaksIn(text, secrets)) }).toEqual({
      format,
      leaks: written.map(() => []),
    });
  }
});
