import { spawnSync } from "node:child_process";
import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { runProgram } from "../../src/deliver/run-program.ts";
import { gone, hangs, made, pidIn } from "../support/processes.ts";
import { KEY, programOptions, programs, TOKEN } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { workIn } from "../support/working-folder.ts";

const stdin = new Secret(KEY);

/** How a shell script ended that is given the key: `ok`, or what the error says. */
async function ended(body: string, options: Parameters<typeof programOptions>[0] = {}) {
  const { path, started } = programs({ tool: body });
  const call = { argv: ["tool", "a b", "*", "$HOME"], title: "tool", stdin };
  const result = await runProgram(call, programOptions({ path, ...options }));
  return { said: result.ok ? "ok" : result.error.message, result, started };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what a program is given", () => {
  test("its arguments as they are, without a shell, and the value alone on stdin", async () => {
    const { said, started } = await ended("exit 0");
    expect(said).toBe("ok");
    const [call] = started();
    expect(call?.argv.slice(1)).toEqual(["a b", "*", "$HOME"]);
    expect(call?.stdin).toBe(KEY);
  });

  test("the absolute path by which it was found", async () => {
    const { path, folder, started } = programs({ tool: "" });
    await runProgram({ argv: ["tool"], title: "tool" }, programOptions({ path }));
    expect(started()[0]?.argv).toEqual([join(folder, "tool")]);
    expect(started()[0]?.stdin).toBe("");
  });

  test("an empty folder of its own, which is removed with what it leaves there", async () => {
    const { said, started } = await ended("mkdir -p a/b; touch a/b/c");
    expect(said).toBe("ok");
    const [call] = started();
    expect(call?.listing).toBe("");
    expect(call?.mode).toBe("drwx------");
    expect(call?.cwd).not.toBe(process.cwd());
    expect(existsSync(call?.cwd ?? "/")).toBe(false);
    expect(call?.env["PWD"]).toBe(call?.cwd);
  });

  test("no access token, under whatever name it stands", async () => {
    const env = {
      COMETAPI_ACCESS_TOKEN: "another one",
      CometAPI_access_token: "in other letters",
      HEADER: `Bearer ${TOKEN}`,
      GH_TOKEN: "for gh",
      NOTHING: undefined,
      OLDPWD: "/repo",
    };
    const { started } = await ended("exit 0", { env });
    const given = started()[0]?.env ?? {};
    expect(given["GH_TOKEN"]).toBe("for gh");
    for (const name of ["COMETAPI_ACCESS_TOKEN", "CometAPI_access_token", "HEADER", "OLDPWD"]) {
      expect(given).not.toHaveProperty(name);
    }
    expect(JSON.stringify(given)).not.toContain(TOKEN);
  });

  test("an empty token takes nothing out", async () => {
    const { path, started } = programs({ tool: "" });
    const options = { ...programOptions({ path, env: { A: "a" } }), token: new Secret("") };
    await runProgram({ argv: ["tool"], title: "tool" }, options);
    expect(started()[0]?.env["A"]).toBe("a");
  });

  test("a PATH without the folders of the working tree", async () => {
    const { path, started } = programs({ tool: "" });
    const repo = tempFolder({ ".git/HEAD": "", "node_modules/.bin/sh": "" });
    workIn(repo);
    const options = programOptions({ path: `${repo}/node_modules/.bin:.:${path}` });
    await runProgram({ argv: ["tool"], title: "tool" }, options);
    expect(started()[0]?.env["PATH"]).toMatch(/^\/.*\/bin:/);
    expect(started()[0]?.env["PATH"]).not.toContain(repo);
    expect(started()[0]?.env["PATH"]?.split(":")).not.toContain(".");
  });

  test("no folder that lies in the working tree", async () => {
    const { path, started } = programs({ tool: "" });
    const repo = tempFolder({ ".git/HEAD": "", "tmp/x": "" });
    workIn(repo);
    vi.stubEnv("TMPDIR", join(repo, "tmp"));
    const result = await runProgram({ argv: ["tool"], title: "tool" }, programOptions({ path }));
    expect(result.ok ? "ok" : result.error.message).toContain("lies in the working tree");
    expect(started()).toEqual([]);
  });
});

test("nor one that a link of the working tree leads to", async () => {
  const { path, started } = programs({ tool: "" });
  const repo = tempFolder({ ".git/HEAD": "" });
  symlinkSync(tempFolder(), join(repo, "tmp"));
  vi.stubEnv("TMPDIR", join(repo, "tmp"));
  const options = programOptions({ path, trees: [repo] });
  const result = await runProgram({ argv: ["tool"], title: "tool" }, options);
  expect(result.ok ? "ok" : result.error.message).toContain(`lies in the working tree ${repo}`);
  expect(started()).toEqual([]);
});

test("nothing is started once the working directory has gone, and that is no crash", async () => {
  const { path, started } = programs({ tool: "" });
  const folder = tempFolder({ "deep/x": "" });
  workIn(join(folder, "deep"));
  process.cwd();
  rmSync(join(folder, "deep"), { recursive: true });
  const result = await runProgram({ argv: ["tool"], title: "tool" }, programOptions({ path }));
  expect(result.ok ? "ok" : result.error.message).toContain(
    "the working directory cannot be looked at",
  );
  expect(started()).toEqual([]);
});

test("nor one that lies in another tree of the run", async () => {
  const { path, started } = programs({ tool: "" });
  const repo = tempFolder({ ".git/HEAD": "", "tmp/x": "" });
  vi.stubEnv("TMPDIR", join(repo, "tmp"));
  const options = programOptions({ path, trees: [repo] });
  const result = await runProgram({ argv: ["tool"], title: "tool" }, options);
  expect(result.ok ? "ok" : result.error.message).toContain(
    `the temporary folder ${repo}/tmp lies in the working tree ${repo}; set TMPDIR`,
  );
  expect(started()).toEqual([]);
});

describe("how a program ended is told", () => {
  test("its exit code, and what it said on stderr", async () => {
    const { said, result } = await ended("echo progress; echo 'permission denied' >&2; exit 3");
    expect(said).toBe("tool ended with exit code 3: permission denied");
    expect(result.ok ? undefined : result.error.code).toBe(3);
  });

  test("what stands on stdout where nothing does on stderr", async () => {
    expect((await ended("echo failed; exit 1")).said).toBe("tool ended with exit code 1: failed");
    expect((await ended("exit 1")).said).toBe("tool ended with exit code 1 and said nothing");
  });

  test("the signal that ended it", async () => {
    expect((await ended("kill -9 $$")).said).toBe("tool was ended by SIGKILL and said nothing");
  });

  test("why it was not started", async () => {
    const options = programOptions();
    const none = await runProgram({ argv: ["no-such-tool"], title: "none" }, options);
    expect(none.ok ? "ok" : none.error.message).toBe(
      "none was not started: no-such-tool was not found in PATH",
    );
    const broken = programs({ tool: "" });
    writeFileSync(join(broken.folder, "tool"), "#!/no/such/interpreter\n");
    const call = { argv: ["tool"], title: "tool" };
    const started = await runProgram(call, programOptions({ path: broken.path }));
    expect(started.ok ? "ok" : started.error.message).toBe("tool was not started: ENOENT");
  });

  test("arguments that Node refuses are no crash", async () => {
    const { path } = programs({ tool: "" });
    const result = await runProgram(
      { argv: ["tool", "\0"], title: "tool" },
      programOptions({ path }),
    );
    expect(result.ok ? "ok" : result.error.message).toContain("tool was not started: ERR_INVALID");
  });

  test("secrets are taken out of what it said", async () => {
    const body = `d=$(ls -d "$(dirname "$0")"/../started.* | tail -1)
echo "got $(cat "$d/stdin") and $(base64 <"$d/stdin" | tr -d '\\n'), scrub me" >&2; exit 1`;
    expect((await ended(body)).said).toBe(
      "tool ended with exit code 1: got *** and ***, [scrubbed]",
    );
  });

  test("a great deal of output is drained, and its end told", async () => {
    const body =
      "i=0; while [ $i -lt 5000 ]; do echo 'line line line line line line'; i=$((i+1)); done; echo last; exit 1";
    expect((await ended(body)).said).toMatch(/^tool ended with exit code 1: .* … last$/);
  });
});

test("a program that does not read its stdin is judged by its exit code", async () => {
  const long = new Secret("x".repeat(1_000_000));
  for (const [code, expected] of [
    ["0", "ok"],
    ["4", "sh ended with exit code 4 and said nothing"],
  ] as const) {
    const argv = ["/bin/sh", "-c", `exit ${code}`];
    const result = await runProgram({ argv, title: "sh", stdin: long }, programOptions());
    expect(result.ok ? "ok" : result.error.message).toBe(expected);
  }
});

test("what runs ends with this process, also where that ends at once", async () => {
  const folder = tempFolder();
  const bundle = join(folder, "run-child.mjs");
  const entryPoints = ["src/deliver/run-child.ts"];
  await build({ entryPoints, outfile: bundle, bundle: true, platform: "node", format: "esm" });
  const script = `import { existsSync } from "node:fs";
import { runChild } from ${JSON.stringify(bundle)};
const body = ${JSON.stringify(`trap "" TERM; sh -c '${hangs(folder)}' & wait`)};
const options = { cwd: "/", env: process.env, stdin: "", timeoutMs: 300_000, signal: undefined };
void runChild("/bin/sh", ["-c", body], options);
setInterval(() => existsSync(${JSON.stringify(join(folder, "ready"))}) && process.exit(7), 10);
`;
  const ran = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);
  expect(ran.status).toBe(7);
  expect(await gone(pidIn(join(folder, "ready")))).toBe(true);
});

describe("a program that hangs", () => {
  test("is ended after its time", async () => {
    const { said } = await ended("while :; do sleep 1; done", { timeoutMs: 1_000 });
    expect(said).toBe("tool timed out after 1 s and said nothing");
  });

  test("is ended with what it started, which may take no notice of SIGTERM", async () => {
    const folder = tempFolder();
    const child = `trap "" TERM; echo $$ >${folder}/pid; mv ${folder}/pid ${folder}/child; while :; do sleep 1; done`;
    const { path } = programs({ tool: `sh -c '${child}' & wait` });
    const stop = new AbortController();
    const call = { argv: ["tool"], title: "tool", signal: stop.signal };
    const running = runProgram(call, programOptions({ path }));
    await made(join(folder, "child"));
    stop.abort();
    expect((await running).ok).toBe(false);
    expect(await gone(pidIn(join(folder, "child")))).toBe(true);
  });

  test("is ended even where it takes no notice of SIGTERM", async () => {
    const { said } = await ended("trap '' TERM; while :; do sleep 1; done", { timeoutMs: 200 });
    expect(said).toContain("timed out after 0.2 s");
  });

  test("is ended when the run is, and what it said is told", async () => {
    const folder = tempFolder();
    const { path } = programs({
      tool: `echo waiting >&2; ${hangs(folder)}`,
    });
    const stop = new AbortController();
    const call = { argv: ["tool"], title: "tool", signal: stop.signal };
    const running = runProgram(call, programOptions({ path }));
    await made(join(folder, "ready"));
    stop.abort();
    const result = await running;
    expect(result.ok ? "ok" : result.error.message).toBe(
      "tool was stopped, because the run ends: waiting",
    );
    expect(await gone(pidIn(join(folder, "ready")))).toBe(true);
  });

  test("is not even started when the run has ended before", async () => {
    const { path, started } = programs({ tool: "" });
    const call = { argv: ["tool"], title: "tool", signal: AbortSignal.abort() };
    const result = await runProgram(call, programOptions({ path }));
    expect(result.ok ? "ok" : result.error.message).toContain("was not started");
    expect(started()).toEqual([]);
  });
});

test("what a program leaves behind with its pipes open is not waited for, nor ended", async () => {
  const folder = tempFolder();
  const body = `sh -c 'echo $$ >${folder}/pid; mv ${folder}/pid ${folder}/child; exec sleep 100000' &
while [ ! -e ${folder}/child ]; do sleep 0.05; done; echo done; exit 5`;
  const { said } = await ended(body);
  expect(said).toBe("tool ended with exit code 5: done");
  process.kill(Number(pidIn(join(folder, "child"))), 0);
});
