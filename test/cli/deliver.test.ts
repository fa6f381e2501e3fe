import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { leaksIn } from "../support/leaks.ts";
import { programs, type Programs } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { CLI, runCli, runProgram } from "../support/run-cli.ts";
import { accessTo, testbed } from "../support/testbed.ts";

const VAULT = "exec: [vault, kv, put, -mount=secret, comet/ci, key=-]";
const GITHUB = "github: { repository: acme/api, secret: COMET_KEY, environment: prod }";
const FILE = "file: { path: out/keys.env, format: dotenv, variable: CI }";
const ALL = `[{ ${GITHUB} }, { ${FILE} }, { ${VAULT} }]`;
const ALLOWED = [
  "github:acme/*#COMET_KEY",
  "file:out/*",
  "exec:vault kv put -mount=secret comet/* key=-",
].join("\n");

/** One key with its places, programs on PATH, and what is allowed. */
async function bed(
  deliver: string,
  bodies: Readonly<Record<string, string>> = { vault: "", gh: "" },
  options: object = {},
) {
  const tools: Programs = programs(bodies);
  const at = await testbed([`{ name: ci, unlimited_quota: true, deliver: ${deliver} }`], options);
  mkdirSync(join(at.folder, "out"));
  const env = { PATH: tools.path, COMETKEYS_ALLOW_SINKS: ALLOWED };
  const values = () => at.sandbox.store.all().map(({ key }) => key);
  const run = async (
    args: string,
    more: Readonly<Record<string, string>> = {},
    cwd = at.folder,
  ) => {
    const ran = await at.run(args, { env: { ...env, ...more }, cwd });
    // Whatever else is tested: no key and no token is ever said.
    expect(leaksIn(ran.stdout + ran.stderr, [...values(), at.sandbox.token])).toEqual([]);
    return ran;
  };
  return {
    ...at,
    run,
    apply: (args = "", more = {}, cwd = at.folder) =>
      run(`apply --auto-approve --settle 100ms${args}`, more, cwd),
    tools,
    names: () => at.sandbox.store.all().map(({ name }) => name),
    key: () => `sk-${values()[0]}`,
    posts: () => at.sandbox.requests.filter(({ method }) => method === "POST"),
  };
}

const SERVERS = [
  ["shows keys whole", {}],
  ["masks keys", { masked: true }],
] as const;

describe("apply with deliver", () => {
  it.each(SERVERS)(
    "brings a new key to all of its places, from a server that %s",
    async (_, options) => {
      const at = await bed(ALL, undefined, options);
      const ran = await at.apply(" --format json");
      expect(JSON.parse(ran.stdout)).toMatchObject({
        summary: { create: 1 },
        results: [
          {
            action: "create",
            name: "ci",
            status: "done",
            delivered: [
              "github:acme/api@prod#COMET_KEY",
              "file:out/keys.env#CI",
              "exec:vault kv put -mount=secret comet/ci key=-",
            ],
          },
        ],
      });
      expect([ran.code, at.names()]).toEqual([0, ["ci"]]);
      const started = at.tools.started().map(({ argv, stdin }) => [argv.slice(1).join(" "), stdin]);
      expect(new Map(started.map(([argv, stdin]) => [argv, stdin]))).toEqual(
        new Map([
          ["auth status", ""],
          ["kv put -mount=secret comet/ci key=-", at.key()],
          ["secret set COMET_KEY --repo acme/api --env prod", at.key()],
        ]),
      );
      const file = join(at.folder, "out/keys.env");
      expect(readFileSync(file, "utf8")).toBe(`CI=${at.key()}\n`);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect((await at.run("plan --detailed-exitcode")).code).toBe(0);
    },
  );

  it("says in every format of a plan where a key goes", async () => {
    const at = await bed(ALL);
    for (const format of ["text", "json", "markdown"]) {
      const { stdout } = await at.run(`plan --format ${format}`);
      expect(stdout).toContain("COMET");
      expect(stdout.replaceAll("\\", "")).toContain("vault kv put -mount=secret comet/ci key=-");
    }
  });

  it("leaves the token out of what its programs see", async () => {
    const at = await bed(`[{ ${VAULT} }]`);
    await at.apply("", { OTHER: `x${at.sandbox.token}x`, GH_TOKEN: "stays" });
    const [started] = at.tools.started();
    expect(Object.values(started?.env ?? {}).join()).not.toContain(at.sandbox.token);
    expect(started?.env).toMatchObject({ GH_TOKEN: "stays" });
    expect(started?.listing).toBe("");
  });

  it("writes nothing at all where a place is unfit", async () => {
    const at = await bed(ALL, { gh: "exit 1", vault: "" });
    const ran = await at.apply();
    expect(ran.stderr).toMatch(/error\[sink-unfit\]: "github:acme\/api@prod#COMET_KEY": /);
    expect([ran.code, at.posts(), at.names()]).toEqual([3, [], []]);

    const none = await bed(
      `[{ ${VAULT} }, { file: { path: out/gone/a.env, format: dotenv, variable: A } }]`,
      {},
    );
    const refused = await none.apply("", {
      COMETKEYS_ALLOW_SINKS: `${ALLOWED}\nfile:out/gone/*`,
    });
    expect(refused.stderr.match(/error\[sink-unfit\]/g)).toHaveLength(2);
    expect([refused.code, none.posts()]).toEqual([3, []]);
  });

  it("keeps the staged name where a program fails, hides what it printed, and goes on with the next run", async () => {
    const at = await bed(`[{ ${VAULT} }]`, {
      vault: 'if [ -e "$d/../go" ]; then exit 0; fi; cat "$d/stdin"; base64 < "$d/stdin"; exit 2',
    });
    const planned = JSON.parse((await at.run("plan --format json")).stdout);
    const failed = await at.apply();
    expect(failed.stdout).toMatch(
      /✗ create ci \(id 1\) failed: key 1 is left as "ci~new": exec:vault/,
    );
    expect([failed.code, at.names()]).toEqual([6, ["ci~new"]]);
    // The program may have shown it elsewhere, too.
    expect(failed.stderr).toContain("warning[secret-in-output]");

    // What is left is the same change: what was reviewed holds for it.
    const again = JSON.parse((await at.run("plan --format json")).stdout);
    expect([again.digest, again.summary]).toEqual([planned.digest, planned.summary]);
    expect(again.changes).toMatchObject([{ action: "create", name: "ci", resumes: 1 }]);
    writeFileSync(join(at.tools.folder, "../go"), "");
    const done = await at.run(`apply --settle 100ms --expect ${planned.digest}`);
    expect([done.code, at.names(), at.posts()]).toMatchObject([
      0,
      ["ci"],
      [{ path: "/api/token/" }],
    ]);
  });

  it("ends a program that hangs", async () => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "sleep 600" });
    const ran = await at.apply(" --timeout 1s");
    expect(ran.stdout).toMatch(/left as "ci~new": .*1 s/);
    expect([ran.code, at.names()]).toEqual([6, ["ci~new"]]);
  });

  it("tries a key before it is delivered, where that was asked for", async () => {
    const at = await bed(`[{ ${VAULT} }]`);
    expect((await at.apply(" --verify-key")).code).toBe(0);
    expect(at.tools.started()).toHaveLength(1);

    const spent = await bed(`[{ ${VAULT} }]`);
    spent.write(`version: 1\nkeys:\n  - { name: ci, remain_quota: 0, deliver: [{ ${VAULT} }] }\n`);
    const ran = await spent.apply(" --verify-key");
    expect(ran.stdout).toContain("it was tried and refused (HTTP 401)");
    expect([ran.code, spent.tools.started(), spent.names()]).toEqual([6, [], ["ci~new"]]);
  });

  it("delivers 104 keys of a server that masks them with two calls that show keys", async () => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "" }, { masked: true });
    const entries = Array.from(
      { length: 104 },
      (_, n) =>
        `{ name: k${n}, unlimited_quota: true, deliver: [{ file: { path: out/${n % 10}.json, format: json, variable: K${n} } }] }`,
    );
    at.declare(...entries);
    expect((await at.apply()).code).toBe(0);
    const shown = at.posts().filter(({ path }) => path.includes("key"));
    expect(shown.length).toBeLessThanOrEqual(3);
    const files = Array.from({ length: 10 }, (_, n) =>
      Object.entries(JSON.parse(readFileSync(join(at.folder, `out/${n}.json`), "utf8"))),
    );
    const stored = at.sandbox.store.all().map(({ name, key }) => [name.toUpperCase(), `sk-${key}`]);
    expect(Object.fromEntries(files.flat())).toEqual(Object.fromEntries(stored));
  });
});

describe("a pull request cannot choose where keys go", () => {
  it("plan and apply refuse a place that nobody has allowed, and say what would", async () => {
    const at = await bed(`[{ ${VAULT} }]`);
    const places = [
      "github: { repository: stranger/api, secret: COMET_KEY }",
      "github: { repository: acme/api, secret: OTHER }",
      "file: { path: elsewhere/keys.env, format: dotenv, variable: CI }",
      "exec: [vault, kv, put, -address=http://127.0.0.1:1, comet/ci, key=-]",
      "exec: [vault, kv, put, -mount=secret, comet/ci/../x, key=-]",
    ];
    at.declare(
      ...places.map(
        (place, n) => `{ name: k${n}, unlimited_quota: true, deliver: [{ ${place} }] }`,
      ),
    );
    const planned = await at.run("plan");
    const applied = await at.apply();
    expect([planned.code, applied.code, at.posts()]).toEqual([5, 5, []]);
    const refusals = /error\[sink-not-allowed\].*\n(?:.*\n)*?fix: .*--allow-sink '/g;
    expect(planned.stderr.match(refusals)).toHaveLength(places.length);
  });

  it("nor for a key that is live", async () => {
    const at = await bed(
      "[{ github: { repository: stranger/api, secret: COMET_KEY } }]",
      {},
      {
        seed: [{ name: "ci", unlimited_quota: true }],
      },
    );
    expect((await at.run("plan")).code).toBe(5);
  });

  it("the flag allows what it names, beside the variable", async () => {
    const at = await bed(`[{ ${VAULT} }]`);
    const flag = "--allow-sink exec:vault*";
    expect((await at.run(`plan ${flag}`, { COMETKEYS_ALLOW_SINKS: "" })).code).toBe(3);
    const none = { COMETKEYS_ALLOW_SINKS: "" };
    expect((await at.run("plan", none)).code).toBe(5);
  });

  it("another place is another plan", async () => {
    const at = await bed(`[{ ${FILE} }]`);
    const { digest }: { digest: string } = JSON.parse((await at.run("plan --format json")).stdout);
    at.declare(
      "{ name: ci, unlimited_quota: true, deliver: [{ file: { path: out/b.env, format: dotenv, variable: CI } }] }",
    );
    const ran = await at.run(`apply --expect ${digest}`);
    expect([ran.code, at.posts()]).toEqual([7, []]);
  });
});

describe("no program of a checkout is started, wherever the run is", () => {
  const OUT = "file: { path: out/keys.env, format: dotenv, variable: CI }";

  /** A checkout that brings programs of its own, which lie on PATH. */
  async function checkout(deliver: string) {
    const at = await bed(deliver);
    const own = programs({ vault: "", git: 'cat "$d/stdin"' });
    const co = join(own.folder, "..");
    mkdirSync(join(co, ".git"));
    mkdirSync(join(co, "out"));
    mkdirSync(join(co, "inner/.git"), { recursive: true });
    cpSync(join(at.folder, "keys.yaml"), join(co, "keys.yaml"));
    rmSync(join(at.folder, "keys.yaml"));
    const run = (args: string, cwd: string, path = `${own.folder}:/usr/bin:/bin`) =>
      at.apply(` ${args}`, { PATH: path }, cwd);
    return { at, co, own, run };
  }

  it("not beside a keys file that is read from elsewhere, nor around a repository in it", async () => {
    const { at, co, own, run } = await checkout(`[{ ${VAULT} }]`);
    for (const [args, cwd] of [
      [`-f ${co}/keys.yaml`, at.folder],
      ["-f ../keys.yaml", join(co, "inner")],
    ] as const) {
      const ran = await run(args, cwd);
      expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining(`working tree ${co}`)]);
    }
    rmSync(join(co, ".git"), { recursive: true });
    rmSync(join(co, "inner/.git"), { recursive: true });
    expect((await run("-f ../keys.yaml", join(co, "inner"))).code).toBe(3);
    expect([own.started(), at.posts()]).toEqual([[], []]);
  });

  it("not beside a policy, nor in the tree of a file that is written", async () => {
    const { at, co, own, run } = await checkout(`[{ ${VAULT} }]`);
    cpSync(join(co, "keys.yaml"), join(at.folder, "keys.yaml"));
    writeFileSync(join(co, "policy.yaml"), "version: 1\n");
    expect((await run(`--policy ${co}/policy.yaml`, at.folder)).code).toBe(3);
    expect((await run(`--sink-dir ${co}`, at.folder)).code).toBe(3);
    at.declare(`{ name: ci, unlimited_quota: true, deliver: [{ ${OUT} }] }`);
    const ran = await run(`--sink-dir ${co}`, at.folder, own.folder);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining("git was not found")]);
    const keysOut = await run(`--keys-out ${co}/mine.env`, at.folder, own.folder);
    expect(keysOut.stderr).toContain("git was not found");
    expect([own.started(), at.posts()]).toEqual([[], []]);
  });

  it("nor beside a saved plan, while a token file has no tree", async () => {
    const { at, co, own } = await checkout(`[{ ${VAULT} }]`);
    cpSync(join(co, "keys.yaml"), join(at.folder, "keys.yaml"));
    expect((await at.run(`plan --out ${co}/saved.json`)).code).toBe(0);
    const apply = `apply ${co}/saved.json -f keys.yaml --settle 100ms`;
    const ran = await at.run(apply, { PATH: `${own.folder}:/usr/bin:/bin` });
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining(`working tree ${co}`)]);
    expect([own.started(), at.posts()]).toEqual([[], []]);
    writeFileSync(join(co, "token"), at.sandbox.token);
    const none = { COMETAPI_ACCESS_TOKEN: "" };
    const path = { PATH: `${own.folder}:/usr/bin:/bin`, ...none };
    expect((await at.apply(` --token-file ${co}/token`, path)).code).toBe(0);
    expect(own.started()).toHaveLength(1);
  });
});

it("a lock that a commit brings is told before a key is made", async () => {
  const at = await bed(`[{ ${FILE} }]`);
  mkdirSync(join(at.folder, "out/.cometkeys-lock/x"), { recursive: true });
  const ran = await at.apply();
  expect([ran.code, ran.stderr, at.posts()]).toEqual([
    3,
    expect.stringContaining("out/.cometkeys-lock is no empty folder"),
    [],
  ]);
});

it("nor is a key written into a keys file that is named by a way through a link", async () => {
  const place = "file: { path: out/keys.json, format: json, variable: A }";
  const at = await bed(`[{ ${place} }]`);
  const keys = {
    name: "ci",
    unlimited_quota: true,
    deliver: [{ file: { path: "out/keys.json", format: "json", variable: "A" } }],
  };
  const text = JSON.stringify({ version: 1, keys: [keys] });
  writeFileSync(join(at.folder, "out/keys.json"), text);
  mkdirSync(join(at.folder, "far/away"), { recursive: true });
  symlinkSync("../far/away", join(at.folder, "out/config"));
  const ran = await at.apply(" -f out/config/../keys.json");
  expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining("otherwise")]);
  expect(readFileSync(join(at.folder, "out/keys.json"), "utf8")).toBe(text);
});

it("a key is not written over the result", async () => {
  const at = await bed("[{ file: { path: result.json, format: json, variable: A } }]");
  const env = { ...accessTo(at.sandbox), COMETKEYS_ALLOW_SINKS: "file:result.json" };
  const command = '"$0" "$1" apply --auto-approve --settle 100ms --format json >result.json';
  const args = ["-c", command, process.execPath, CLI];
  const ran = await runProgram("sh", args, { cwd: at.folder, env });
  expect([ran.code, at.posts()]).toEqual([3, []]);
  expect(readFileSync(join(at.folder, "result.json"), "utf8")).toContain('"sink-unfit"');
});

it("a key is not written over the saved plan that is applied", async () => {
  const at = await bed("[{ file: { path: saved.json, format: json, variable: A } }]");
  const allowed = { COMETKEYS_ALLOW_SINKS: "file:saved.json" };
  expect((await at.run("plan --out saved.json", allowed)).code).toBe(0);
  const before = readFileSync(join(at.folder, "saved.json"), "utf8");
  const ran = await at.run("apply saved.json --settle 100ms", allowed);
  expect([ran.code, ran.stderr]).toEqual([
    3,
    expect.stringContaining("this run reads or writes that file"),
  ]);
  expect(at.posts()).toEqual([]);
  expect(readFileSync(join(at.folder, "saved.json"), "utf8")).toBe(before);
});

describe("while it runs", () => {
  it("the key stands in no argument, environment, log or other file", async () => {
    // What is looked for stands in a file, so that the search itself has it in no argument.
    const scan = String.raw`cut -c4- "$d/stdin" > "$d/value"
for p in /proc/[0-9]*; do
  for of in cmdline environ; do
    tr '\0' '\n' < $p/$of 2>/dev/null | grep -qFf "$d/value" && echo "$of of $p" >> "$d/../found"
  done
done
grep -rlFf "$d/value" "$ROOT" "$TMPDIR" 2>/dev/null | grep -v "^$d" >> "$d/../found"
true`;
    const at = await bed(`[{ ${VAULT} }]`, { vault: scan });
    await at.apply("", { ROOT: at.folder, TMPDIR: tempFolder() });
    const [started] = at.tools.started();
    expect(started?.stdin).toBe(at.key());
    const found = join(at.tools.folder, "../found");
    expect(existsSync(found) ? readFileSync(found, "utf8") : "").toBe("");
  });
});

describe("--keys-out", () => {
  it("gives the keys of this run to the one who runs it, also those without a place", async () => {
    const at = await bed(`[{ ${VAULT} }]`);
    at.declare(
      `{ name: ci, unlimited_quota: true, deliver: [{ ${VAULT} }] }`,
      "{ name: my-own key, unlimited_quota: true }",
    );
    const ran = await at.apply(" --keys-out mine.env");
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toContain("console");
    const keys = new Map(at.sandbox.store.all().map(({ name, key }) => [name, `sk-${key}`]));
    expect(readFileSync(join(at.folder, "mine.env"), "utf8").split("\n").toSorted()).toEqual(
      ["", `CI=${keys.get("ci")}`, `MY_OWN_KEY=${keys.get("my-own key")}`].toSorted(),
    );
    expect(readdirSync(at.folder).toSorted()).toEqual(["keys.yaml", "mine.env", "out"]);
    const again = await at.apply(" --keys-out other.env");
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("No changes.") });
    expect(again.stderr).toContain("no key is created, so --keys-out other.env is not written");
  });

  it("is refused before anything is made where two keys would have one variable, or nobody could write it", async () => {
    const names = ["ci9key8-a", "ci9key8.a"];
    // Whatever a server sends as a key: the variable is made of what the file declares.
    const seed = [{ name: "live", key: "CI9KEY8".padEnd(48, "0") }];
    const at = await bed(`[{ ${VAULT} }]`, undefined, { seed });
    at.declare(...names.map((name) => `{ name: ${name}, unlimited_quota: true }`));
    const collides = await at.apply(" --keys-out mine.env");
    expect(collides.stderr).toContain("would both be CI9KEY8_A in mine.env");
    for (const file of ["mine.txt", "gone/mine.env", "/dev/tty", "/dev/stdout"]) {
      expect((await at.apply(` --keys-out ${file}`)).code).toBe(3);
    }
    expect([collides.code, at.posts()]).toEqual([3, []]);
  });
});

describe("deliver NAME", () => {
  const LIVE = { seed: [{ name: "ci", unlimited_quota: true }], masked: true };

  it("brings a live key to its places, and changes nothing on the server", async () => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "" }, LIVE);
    const planned = await at.run("plan --detailed-exitcode");
    expect([planned.code, planned.stderr]).toEqual([
      0,
      expect.stringContaining("run deliver NAME"),
    ]);
    const before = at.sandbox.store.all();
    const ran = await at.run("deliver ci --auto-approve --format json");
    expect(JSON.parse(ran.stdout)).toMatchObject({
      results: [{ action: "deliver", name: "ci", status: "done", id: 1 }],
      diagnostics: expect.any(Array),
    });
    expect(at.tools.started().map(({ stdin }) => stdin)).toEqual([at.key()]);
    expect(at.sandbox.store.all()).toEqual(before);
  });

  it("gives it to the one who runs it", async () => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "" }, LIVE);
    expect((await at.run("deliver ci --auto-approve --keys-out mine.json")).code).toBe(0);
    expect(JSON.parse(readFileSync(join(at.folder, "mine.json"), "utf8"))).toEqual({
      CI: at.key(),
    });
    expect(at.tools.started()).toEqual([]);
  });

  it.each([
    ["is of no file", "deliver other --auto-approve", 3, "no file declares such a key"],
    ["needs a yes", "deliver ci", 3, "there is no terminal to ask on"],
    ["needs its place to be allowed", "deliver ci --auto-approve", 5, "sink-not-allowed"],
  ])("a key that %s", async (what, args, code, says) => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "" }, LIVE);
    const none = what.startsWith("needs its place") ? { COMETKEYS_ALLOW_SINKS: "" } : {};
    const ran = await at.run(args, none);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(says)]);
    expect(at.tools.started()).toEqual([]);
  });

  it("is the declared one in whatever Unicode form it is named: its places are asked about all the same", async () => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "" });
    at.declare(`{ name: "caf\u00e9", unlimited_quota: true, deliver: [{ ${VAULT} }] }`);
    expect((await at.apply()).code).toBe(0);
    const before = at.tools.started().length;
    for (const name of ["caf\u00e9", "cafe\u0301"]) {
      const args = ["deliver", name, "--auto-approve"];
      const env = { ...accessTo(at.sandbox), PATH: at.tools.path };
      const ran = await runCli(args, { cwd: at.folder, env });
      expect([ran.code, ran.stderr]).toEqual([5, expect.stringContaining("sink-not-allowed")]);
    }
    expect(at.tools.started()).toHaveLength(before);
  });

  it("leaves to apply what is not live under its name, and to a person what is there twice", async () => {
    const left = await bed(
      `[{ ${VAULT} }]`,
      {},
      { seed: [{ name: "ci~new", unlimited_quota: true }] },
    );
    const waits = await left.run("deliver ci --auto-approve");
    expect([waits.code, waits.stderr]).toEqual([
      6,
      expect.stringContaining("run apply, which goes on"),
    ]);
    const twins = await bed(`[{ ${VAULT} }]`, {}, { seed: [...LIVE.seed, ...LIVE.seed] });
    expect((await twins.run("deliver ci --auto-approve")).code).toBe(8);
  });

  it("names what was not delivered, and why", async () => {
    const at = await bed(`[{ ${VAULT} }]`, { vault: "exit 3" }, LIVE);
    const ran = await at.run("deliver ci --auto-approve");
    expect(ran.stdout).toMatch(
      /✗ deliver ci \(id 1\) failed: exec:vault .*\nDelivered: 0; 1 not done\.\n/,
    );
    expect(ran.code).toBe(6);
  });
});
