import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { httpServer, sendJson } from "../support/http-server.ts";
import { leaksIn } from "../support/leaks.ts";
import { leakyServer, type LeakyMode } from "../support/leaky-server.ts";
import { liveKey } from "../support/records.ts";
import { runCli, type CliRun } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml, testbed } from "../support/testbed.ts";

const TOKEN = "Qz7Canary4Token1Wx9Lm3Vb5Nk8Jh2G";
const KEYS = [
  "KqA9canary1KeyOne7ZxC3vB5nM8lK2jH4gF6dS0aP9oI7uY5",
  "KqB8canary2KeyTwo6WsX4eD5rF7tG9yH0uJ1iK3oL5pZ2mN8",
] as const;
const SECRETS = [TOKEN, ...KEYS];

const ENTRIES = [
  "{ name: worker, remain_quota: 500, model_limits: [a], allow_ips: [10.0.0.1], group: vip }",
  "{ name: fresh, remain_quota: 500 }",
];

/** Every command in every format, with all it has to say. */
const COMMANDS = [
  "validate",
  "validate --format json",
  "plan --verbose",
  "plan --verbose --format json",
  "apply --auto-approve --verbose --settle 100ms",
  "apply --auto-approve --verbose --settle 100ms --format json",
  "list --verbose",
  "list --verbose --format json",
  "doctor --verbose",
  "doctor --verbose --format json",
  "export --verbose",
  "export --verbose --missing",
  "schema",
];
const ONLINE = COMMANDS.filter((command) => !/^(validate|schema)/.test(command));

function leaks(runs: readonly CliRun[], secrets: readonly string[]): readonly string[] {
  return runs.flatMap(({ stdout, stderr }) => leaksIn(stdout + stderr, secrets));
}

describe("not 8 consecutive characters of a token or key are ever written", () => {
  it("by any command on a server that returns whole keys", async () => {
    const seed = KEYS.map((key, index) => ({ key, name: `live-${index}`, remain_quota: 1 }));
    const place = await testbed([...ENTRIES, "{ name: live-0, remain_quota: 9 }"], {
      seed,
      token: TOKEN,
    });
    const runs = await Promise.all(COMMANDS.map((command) => place.run(command)));
    // Each command did its work; silence would prove nothing.
    expect(runs.filter(({ stdout }) => stdout.length > 0)).toHaveLength(COMMANDS.length);
    const created = place.sandbox.store.all().map(({ key }) => key);
    expect(created.length).toBeGreaterThan(2);
    expect(leaks(runs, [TOKEN, ...created])).toEqual([]);
    // Nothing was there to be cut, so nothing is said of it.
    expect(runs.filter(({ stderr }) => stderr.includes("secret-in-output"))).toEqual([]);
  });

  it.each<LeakyMode>([
    "records",
    "refuse-writes",
    "unauthorized",
    "refuse-list",
    "not-found",
    "server-error",
    "html",
    "redirect",
  ])("on a server that quotes them everywhere (%s)", async (mode) => {
    const server = await leakyServer(mode, TOKEN, KEYS);
    const cwd = tempFolder({ "keys.yaml": keysYaml([ENTRIES[0] ?? ""]) });
    const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: TOKEN };
    const listed = mode === "records" || mode === "refuse-writes";
    const commands = listed ? ONLINE : ONLINE.filter((_, index) => index % 2 === 1);
    const runs = await Promise.all(
      commands.map((command) => runCli(command.split(" "), { cwd, env })),
    );
    // Where no answer is JSON, only keys in the form clients use can be known as keys.
    const known = mode === "html" || mode === "redirect" ? [TOKEN, KEYS[0]] : SECRETS;
    expect(leaks(runs, known)).toEqual([]);
    // What is cut out of a document leaves it a document.
    const documents = runs.filter((_, index) => commands[index]?.includes("json"));
    for (const { stdout } of documents) expect(() => JSON.parse(stdout)).not.toThrow();
  });

  it("of a token or model key that was put where it does not belong", async () => {
    const cwd = tempFolder({
      "keys.yaml": keysYaml([`{ name: worker, remain_quota: 1, description: sk-${KEYS[0]} }`]),
      "sound.yaml": keysYaml([]),
      "token.txt": `sk-${KEYS[1]}`,
    });
    const sound = ["-f", "sound.yaml"];
    const withToken = (token: string) => ({ cwd, env: { COMETAPI_ACCESS_TOKEN: token } });
    const runs = await Promise.all([
      runCli(["validate"], { cwd }),
      runCli(["plan"], withToken(TOKEN)),
      runCli(["plan", ...sound], withToken(`sk-${KEYS[0]}`)),
      runCli(["plan", ...sound], withToken(`Bearer ${TOKEN}`)),
      runCli(["plan", ...sound], withToken(`${TOKEN} ${KEYS[0]}`)),
      runCli(["plan", ...sound, "--token-file", "token.txt"], { cwd }),
      runCli(["plan", ...sound, "--token-file", TOKEN], { cwd }),
      runCli(["plan", ...sound, "--token", TOKEN], { cwd }),
      runCli(["plan", ...sound, `--token=${TOKEN}`], { cwd }),
      runCli(["plan", ...sound, TOKEN], { cwd }),
      runCli(["plan", ...sound, "--base-url", `https://${TOKEN}@server.invalid`], { cwd }),
      runCli(["plan", ...sound, "--base-url", `https://server.invalid/?t=${TOKEN}`], { cwd }),
      runCli([TOKEN], withToken(TOKEN)),
    ]);
    expect(new Set(runs.map(({ code }) => code))).toEqual(new Set([3, 4]));
    expect(leaks(runs, SECRETS)).toEqual([]);
  });

  it("beyond the 4 and 4 characters a server's own mask shows", async () => {
    const seed = KEYS.map((key, index) => ({ key, name: `live-${index}` }));
    const place = await testbed(ENTRIES, { seed, token: TOKEN, masked: true });
    const runs = await Promise.all(COMMANDS.map((command) => place.run(command)));
    const [listed] = place.sandbox.store.all();
    expect(leaks(runs, [TOKEN, ...KEYS, ...(listed === undefined ? [] : [listed.key])])).toEqual(
      [],
    );
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain("**********");
  });

  it("by what a library would log of the files, whatever the environment asks of it", async () => {
    const cwd = tempFolder({ "keys.yaml": `version: 1\nkeys: []\n# ${TOKEN}\n` });
    const env = { LOG_TOKENS: "1", LOG_STREAM: "1", COMETAPI_ACCESS_TOKEN: TOKEN };
    const run = await runCli(["validate", "--format", "json"], { cwd, env });
    expect(JSON.parse(run.stdout)).toMatchObject({ diagnostics: [] });
    expect(run.stdout + run.stderr).not.toContain(TOKEN);
  });

  it("in a place that a file declares, nor in a line of it that is cut", async () => {
    const place = await testbed(
      [
        `{ name: fresh, remain_quota: 5, deliver: [{ exec: [/usr/bin/env, ${KEYS[0]}] }] }`,
        `{ name: old, remain_quota: 5, description: "${"a ".repeat(14)}${KEYS[1]}" }`,
      ],
      { seed: KEYS.map((key, index) => ({ key, name: `live-${index}` })), token: TOKEN },
    );
    writeFileSync(join(place.folder, "policy.yaml"), "required: [owner]\n");
    const allow = { COMETKEYS_ALLOW_SINKS: "exec:/usr/bin/env *" };
    const runs = [
      await place.run("plan", { env: allow }),
      await place.run("plan --policy policy.yaml", { env: allow }),
    ];
    expect(runs[0]?.stdout).toContain("→ exec:/usr/bin/env ***");
    expect(runs[1]?.stderr).toMatch(/^> 4 \|   - .*a \*+…$/m);
    expect(leaks(runs, SECRETS)).toEqual([]);
  });

  it("in an error nobody caught, which Node would print", async () => {
    const cwd = tempFolder({
      "keys.yaml": keysYaml([]),
      "crash.cjs":
        "setTimeout(() => { throw new Error(`at ${process.env.COMETAPI_ACCESS_TOKEN}`) })",
    });
    const env = { COMETAPI_ACCESS_TOKEN: TOKEN, NODE_OPTIONS: "--require ./crash.cjs" };
    const server = await leakyServer("hanging", TOKEN, KEYS);
    const run = await runCli(["list", "--base-url", server.url], { cwd, env });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain("This is a bug of cometkeys, please report it:\nError: at ***");
    expect(leaks([run], SECRETS)).toEqual([]);
  });
});

it("a name that looks like a key is none, also where the list came cut first", async () => {
  const name = "team0123456789abcdef0123456789abcdef";
  const item = { ...liveKey(), key: KEYS[0], name, group: name, unknown: undefined };
  const data = { page: 1, page_size: 100, total: 1, items: [item] };
  const page = JSON.stringify({ data, message: "", success: true });
  let asked = 0;
  const server = await httpServer((_, response) => {
    asked += 1;
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(asked === 1 ? page.slice(0, -20) : page);
  });
  const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: TOKEN };
  const run = await runCli(["list"], { cwd: tempFolder({}), env });
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).not.toContain("secret-in-output");
  expect(run.stdout.split(name)).toHaveLength(3);
});

it("a live name that looks like a key is shown where a refusal quotes it, and which key failed", async () => {
  const name = "9a8b7c6d5e4f30211203f4e5d6c7b8a9";
  const item = { ...liveKey({ name }), key: KEYS[0], unknown: undefined };
  const data = { page: 1, page_size: 100, total: 1, items: [item] };
  const server = await httpServer(({ method, url }, response) => {
    if (method === "DELETE") {
      const message = `token "${name}" is protected`;
      return sendJson(response, 200, { success: false, message });
    }
    sendJson(response, 200, { success: true, data: url?.includes("?") === true ? data : item });
  });
  const cwd = tempFolder({
    "keys.yaml": 'version: 1\nscope: "*"\nkeys: [{ name: a, state: absent }]\n',
  });
  const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: TOKEN };
  const run = await runCli(["apply", "--prune", "--auto-approve", "--settle", "1s"], { cwd, env });
  expect(run.code).toBe(6);
  expect(run.stdout).toContain(
    `delete ${name} (id ${item.id}) failed: the server refused: token "${name}" is protected`,
  );
  expect(run.stderr).not.toContain("secret-in-output");
});

it("a token that a server echoes is cut out of its message, and that is said", async () => {
  const token = "Tk9aB3cD7eF1gH5iJ2kL8mN4oP6qR0sT";
  const server = await httpServer((_, response) =>
    sendJson(response, 401, { success: false, message: `invalid access token ${token}` }),
  );
  const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: token };
  const run = await runCli(["list"], { cwd: tempFolder({}), env });
  expect(run.stderr).toContain("invalid access token ***");
  expect(run.stderr).toContain("warning[secret-in-output]");
});

it("a plan is not saved with a token that stands in a flag", async () => {
  const place = await testbed(ENTRIES, { token: TOKEN });
  place.write(keysYaml(ENTRIES).replace("keys:", 'scope: "*"\nkeys:'));
  // A gateway that serves under any path; a refused plan would say no more.
  const gateway = await httpServer(async ({ url = "" }, response) => {
    const { status, body } = await fetch(place.sandbox.url + url.replace(`/${TOKEN}`, ""), {
      headers: { Authorization: `Bearer ${TOKEN}` },
    }).then(async (answer) => ({ status: answer.status, body: await answer.text() }));
    response.writeHead(status, { "Content-Type": "application/json" }).end(body);
  });
  for (const flags of [`--prune --protect x${TOKEN}*`, `--base-url ${gateway.url}/${TOKEN}`]) {
    const run = await place.run(`plan ${flags} --out plan.json`);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("flag or a path of this plan holds a token or a key");
    expect(leaks([run], [TOKEN])).toEqual([]);
  }
  expect(existsSync(join(place.folder, "plan.json"))).toBe(false);
});

it("a bug met while it is told ends the run all the same, and shows nothing", async () => {
  const crash = `setTimeout(() => {
    String.prototype.replace = () => { throw new Error(process.env.COMETAPI_ACCESS_TOKEN) };
    throw new RangeError(process.env.COMETAPI_ACCESS_TOKEN);
  })`;
  const cwd = tempFolder({ "keys.yaml": keysYaml([]), "crash.cjs": crash });
  const env = { COMETAPI_ACCESS_TOKEN: TOKEN, NODE_OPTIONS: "--require ./crash.cjs" };
  const server = await leakyServer("hanging", TOKEN, KEYS);
  const run = await runCli(["list", "--base-url", server.url], { cwd, env });
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toBe("This is a bug of cometkeys, please report it: RangeError\n");
});

it("what was taken out of the output is said in a warning, and changes no exit code", async () => {
  const server = await leakyServer("records", TOKEN, KEYS);
  const env = { COMETAPI_BASE_URL: server.url, COMETAPI_ACCESS_TOKEN: TOKEN };
  const run = await runCli(["list"], { cwd: tempFolder({}), env });
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("***");
  expect(run.stderr).toMatch(/^warning\[secret-in-output\]: .*\nfix: /m);
});
