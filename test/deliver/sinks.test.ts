import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import type { Sink } from "../../src/model/sink.ts";
import { checkKeysOut } from "../../src/deliver/keys-out.ts";
import { createSinks } from "../../src/deliver/sinks.ts";
import { gone, hangs, made, pidIn } from "../support/processes.ts";
import { KEY, programOptions, programs } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const GITHUB: Sink = { kind: "github", repository: "acme/api", secret: "A" };
const VAULT: Sink = { kind: "exec", argv: ["vault", "kv", "put", "comet/ci", "key=-"] };
/** A git that ignores whatever it is asked about. */
const SAYS_ALL = 'cat "$d/stdin"';
const SIGNAL = new AbortController().signal;

function file(path: string, variable = "KEY"): Sink {
  return { kind: "file", path, format: path.endsWith(".json") ? "json" : "dotenv", variable };
}

function place(bodies: Readonly<Record<string, string>> = { gh: "", vault: "" }) {
  const root = tempFolder();
  const { path, started } = programs(bodies);
  const sinks = createSinks({ ...programOptions({ path }), sinkDir: root });
  const deliver = async (sink: Sink): Promise<string> => {
    const result = await sinks.deliver(sink, new Secret(KEY), SIGNAL);
    return result.ok ? "ok" : result.error;
  };
  return { root, sinks, deliver, started };
}

describe("check says what is missing, and delivers nothing", () => {
  test("nothing where all is there", async () => {
    const { root, sinks, started } = place();
    expect(await sinks.check([GITHUB, VAULT, file("keys.env")])).toEqual([]);
    expect(await sinks.check([])).toEqual([]);
    expect(started().map(({ argv }) => argv.slice(1))).toEqual([["auth", "status"]]);
    expect(readdirSync(root)).toEqual([]);
  });

  test.each(["HOME", "XDG_CONFIG_HOME"])(
    "a program whose settings would come from the checkout, by %s",
    async (variable) => {
      const repo = tempFolder({ ".git/HEAD": "", "home/.config/gh/config.yml": "" });
      const linked = join(tempFolder(), "linked");
      symlinkSync("/", join(repo, "chosen"));
      symlinkSync(join(repo, "chosen"), linked);
      const { path, started } = programs({ vault: "", gh: "" });
      for (const folder of [join(repo, "home"), join(repo, "chosen"), linked]) {
        const env = { [variable]: folder };
        const options = { ...programOptions({ path, env, trees: [repo] }), sinkDir: tempFolder() };
        const sinks = createSinks(options);
        for (const sink of [VAULT, GITHUB]) {
          const [problem, ...more] = await sinks.check([sink, file("keys.env")]);
          expect(problem?.message).toContain(`${variable} (${folder}) lies in the repository`);
          expect(more).toEqual([]);
        }
      }
      expect(started()).toEqual([]);
    },
  );

  test.each([
    ["one in the checkout is refused", "repo/home", /lies in the repository .*\/repo,/],
    ["one beside it is fine", "other", /^fine$/],
  ])("also where the run was started above the checkout, %s", async (_, home, expected) => {
    const workspace = tempFolder({ "repo/.git/HEAD": "", "repo/home/x": "", "other/x": "" });
    const { path } = programs({ vault: "" });
    const env = { HOME: join(workspace, home) };
    const options = programOptions({ path, env, trees: [workspace] });
    const [found] = await createSinks({ ...options, sinkDir: tempFolder() }).check([VAULT]);
    expect(found?.message ?? "fine").toMatch(expected);
  });

  test.each([
    ["nor one there that leads nowhere for us, but may for a program: a link of /proc", "home"],
    ["nor one there that is missing so far", "none"],
  ])("%s", async (_, home) => {
    const repo = tempFolder({ ".git/HEAD": "" });
    symlinkSync("/proc/self/cwd/no-such-folder", join(repo, "home"));
    const { path } = programs({ vault: "" });
    const options = programOptions({ path, env: { HOME: join(repo, home, "x") }, trees: [repo] });
    const [found] = await createSinks({ ...options, sinkDir: tempFolder() }).check([VAULT]);
    expect(found?.message).toContain(`lies in the repository ${repo}`);
  });

  test("gh is asked once, and its answer is that of every sink", async () => {
    const { sinks, started } = place({ gh: "echo 'scrub me' >&2; exit 1" });
    const other: Sink = { ...GITHUB, secret: "B" };
    const problems = await sinks.check([GITHUB, file("a.env"), other]);
    expect(problems.map(({ sink }) => sink)).toEqual([GITHUB, other]);
    expect(problems[0]?.message).toBe("gh auth status ended with exit code 1: [scrubbed]");
    expect(started()).toHaveLength(1);
  });

  test("a program is looked for once, however many places name it", async () => {
    let looked = 0;
    const env = {
      get PATH() {
        looked += 1;
        return "";
      },
    };
    const sinks = createSinks({ ...programOptions(), env, sinkDir: tempFolder() });
    const lost = (at: number) => ({ kind: "exec", argv: ["no-such-tool", `${at}`] }) as const;
    const problems = await sinks.check(Array.from({ length: 1_000 }, (_, at) => lost(at)));
    expect(problems).toHaveLength(1_000);
    expect(looked).toBeLessThan(10);
  });

  test("more different files than any account has keys are refused together", async () => {
    const { sinks } = place();
    const many = Array.from({ length: 2_001 }, (_, at) => file(`none/${at}.env`));
    const problems = await sinks.check(many);
    expect(problems.map(({ message }) => message)).toEqual([
      "a run delivers to 2,000 different files at most",
    ]);
    const lost: Sink = { kind: "exec", argv: ["no-such-tool"] };
    expect(await sinks.check([...many, lost])).toHaveLength(2);
  });

  test("each sink has its own problem, in their order", async () => {
    const { sinks } = place({});
    const lost = { kind: "exec", argv: ["no-such-tool"] } as const;
    const problems = await sinks.check([file("none/a.env"), lost, file("b.env")]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("it does not exist"),
      "no-such-tool was not found in PATH",
    ]);
    expect(problems.every(({ fix }) => fix !== "")).toBe(true);
  });
});

test("many variables of one file are one look, and git is asked once in a run", async () => {
  const { root, sinks, deliver, started } = place({ git: SAYS_ALL });
  mkdirSync(join(root, ".git"));
  const many = Array.from({ length: 1_000 }, (_, at) => file("keys.env", `KEY_${at}`));
  expect(await sinks.check(many)).toEqual([]);
  const said = await Promise.all(many.slice(0, 20).map((sink) => deliver(sink)));
  expect(new Set(said)).toEqual(new Set(["ok"]));
  expect(started()).toHaveLength(1);
});

test("no link of a tree that the run reads from leads to a place", async () => {
  const folder = tempFolder({ "co/keys.yaml": "", "away/x": "" });
  symlinkSync(join(folder, "away"), join(folder, "co/out"));
  const options = programOptions({ trees: [join(folder, "co")] });
  const sinks = createSinks({ ...options, sinkDir: join(folder, "co/out") });
  expect((await sinks.check([file("a.env")]))[0]?.message).toContain("co/out is a link");
  const keysOut = join(folder, "co/out/mine.env");
  expect(await checkKeysOut(keysOut, ["ci"], options)).toContain("co/out is a link");
});

test("many files of one work tree are one question to git", async () => {
  const { root, sinks, deliver, started } = place({ git: SAYS_ALL });
  mkdirSync(join(root, ".git"));
  mkdirSync(join(root, "out"));
  const many = Array.from({ length: 300 }, (_, at) => file(`${at % 2 ? "" : "out/"}${at}.env`));
  expect(await sinks.check(many)).toEqual([]);
  expect(await deliver(file("7.env"))).toBe("ok");
  expect(started()).toHaveLength(1);
});

test("of many files, each has its own answer", async () => {
  const { sinks } = place({});
  const many = ["a.env", "none/a.env", "b.json", "none/b.env"].map((path) => file(path));
  const problems = await sinks.check(many);
  expect(problems.map(({ sink }) => sink)).toEqual([many[1], many[3]]);
});

test("of a file that is unfit each of its variables tells", async () => {
  const { sinks } = place({});
  expect(await sinks.check([file("none/a.env", "A"), file("none/a.env", "B")])).toHaveLength(2);
});

describe("a look that hangs ends with the run, and so does what it started", () => {
  test.each<readonly [what: string, sink: Sink]>([
    ["gh", GITHUB],
    ["git", file("keys.env")],
  ])("%s", async (program, sink) => {
    const folder = tempFolder();
    const { root, sinks } = place({ [program]: hangs(folder) });
    mkdirSync(join(root, ".git"));
    const stop = new AbortController();
    const checked = sinks.check([sink], stop.signal);
    await made(join(folder, "ready"));
    stop.abort();
    expect((await checked)[0]?.message).toContain("was stopped, because the run ends");
    expect(await gone(pidIn(join(folder, "ready")))).toBe(true);
  });
});

test("programs are not there either while their empty folder would be in the working tree", async () => {
  const { sinks } = place();
  const repo = tempFolder({ ".git/HEAD": "", "tmp/x": "" });
  workIn(repo);
  vi.stubEnv("TMPDIR", join(repo, "tmp"));
  const problems = await sinks.check([VAULT]);
  expect(problems[0]?.message).toContain("lies in the working tree");
  expect(problems[0]?.fix).toContain("TMPDIR");
});

describe("deliver brings the key to its sink", () => {
  test("a secret, a program's stdin and a file", async () => {
    const { root, deliver, started } = place();
    for (const sink of [GITHUB, VAULT, file("keys.env")]) expect(await deliver(sink)).toBe("ok");
    expect(started().map(({ argv }) => argv.slice(1))).toEqual([
      ["secret", "set", "A", "--repo", "acme/api"],
      ["kv", "put", "comet/ci", "key=-"],
    ]);
    expect(started().every(({ stdin }) => stdin === KEY)).toBe(true);
    expect(readFileSync(join(root, "keys.env"), "utf8")).toBe(`KEY=${KEY}\n`);
  });

  test("many variables of one file at once all arrive", async () => {
    const { root, deliver } = place();
    const names = Array.from({ length: 20 }, (_, at) => `KEY_${at}`);
    const said = await Promise.all(names.map((name) => deliver(file("keys.json", name))));
    expect(new Set(said)).toEqual(new Set(["ok"]));
    const found: unknown = JSON.parse(readFileSync(join(root, "keys.json"), "utf8"));
    expect(found).toEqual(Object.fromEntries(names.map((name) => [name, KEY])));
  });

  test("a failure does not stop those that wait for the same file", async () => {
    const { root, sinks, deliver } = place();
    const stopped = sinks.deliver(file("keys.env", "A"), new Secret(KEY), AbortSignal.abort());
    expect(await deliver(file("keys.env", "B"))).toBe("ok");
    expect((await stopped).ok).toBe(false);
    expect(readFileSync(join(root, "keys.env"), "utf8")).toBe(`B=${KEY}\n`);
  });

  test("a failure is told, scrubbed and without the key", async () => {
    const { deliver } = place({ vault: `echo "scrub me: ${KEY}" >&2; exit 2` });
    expect(await deliver(VAULT)).toBe("vault ended with exit code 2: [scrubbed]: ***");
    expect(await deliver(file("none/a.env"))).toContain("it does not exist");
    expect(await deliver(file(`${KEY}/a.env`))).not.toContain(KEY);
  });

  test("files are below the folder that was named when the run began", async () => {
    const folder = tempFolder({ "a/out/x": "", "b/x": "" });
    workIn(join(folder, "a"));
    const sinks = createSinks({ ...programOptions(), sinkDir: "out" });
    workIn(join(folder, "b"));
    expect(await sinks.deliver(file("keys.env"), new Secret(KEY), SIGNAL)).toEqual({ ok: true });
    expect(readdirSync(join(folder, "a/out"))).toEqual(["keys.env", "x"]);
  });
});
