import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { runApply } from "../../src/commands/apply.ts";
import type { Io } from "../../src/run/io.ts";
import { PLAIN } from "../../src/render/view.ts";
import { fakeTerminal } from "../support/fake-io.ts";
import { CLI, runProgram } from "../support/run-cli.ts";
import { accessTo, testbed, type Testbed } from "../support/testbed.ts";

const ENTRIES = ["{ name: worker, remain_quota: 500 }"];

async function ask(place: Testbed, answer: () => string) {
  const io = fakeTerminal(accessTo(place.sandbox), answer);
  const code = await runApply({ file: [join(place.folder, "keys.yaml")] }, io);
  return { code, questions: io.questions, redactor: io.redactor, ...io.written() };
}

describe("apply with a person at the terminal", () => {
  it("shows the plan, asks, and applies on yes", async () => {
    const place = await testbed(ENTRIES);
    const run = await ask(place, () => "yes");
    expect(run).toMatchObject({ code: 0 });
    expect(run.questions).toEqual(['\nApply this? Only "yes" is a yes: ']);
    expect(run.stdout.indexOf("+ worker")).toBeLessThan(run.stdout.indexOf("Applied: 1 created"));
    // The plan is made again after the answer, but shown once.
    expect(run.stdout.match(/^\+ worker$/gm)).toHaveLength(1);
    expect(place.sandbox.store.all()).toHaveLength(1);
  });

  it.each(["no", "", "y", "YES", "yes please"])(
    'changes nothing on "%s" and ends with 5',
    async (answer) => {
      const place = await testbed(ENTRIES);
      const run = await ask(place, () => answer);
      expect(run).toMatchObject({ code: 5 });
      expect(run.stderr).toContain("error[declined]");
      expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
    },
  );

  it("a signal instead of an answer changes nothing and ends with its code", async () => {
    const place = await testbed(ENTRIES);
    const listeners = new Set<(signal: "sigterm") => void>();
    const io: Io = {
      ...fakeTerminal(accessTo(place.sandbox), () => ""),
      ask: () => {
        for (const listener of listeners) listener("sigterm");
        return new Promise(() => {});
      },
      onSignal: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    expect(await runApply({ file: [join(place.folder, "keys.yaml")] }, io)).toBe(143);
    expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  it("does not ask when there is nothing to do", async () => {
    const place = await testbed(ENTRIES, { seed: [{ name: "worker", remain_quota: 500 }] });
    expect(await ask(place, () => "yes")).toMatchObject({ code: 0, questions: [] });
  });

  it("writes nothing and ends with 7 when the plan is another one after the answer", async () => {
    const place = await testbed(ENTRIES, { seed: [{ name: "worker", remain_quota: 400 }] });
    const run = await ask(place, () => {
      place.sandbox.store.patch(1, { remain_quota: 300 });
      return "yes";
    });
    expect(run).toMatchObject({ code: 7 });
    // That digest is shown whole too, though nobody was shown its plan.
    const [own = ""] = /(?<=its digest is )sha256:\w+/.exec(run.stderr) ?? [];
    run.redactor.addKey(own.slice(7, 55));
    expect(run.redactor.clean(own)).toBe(own);
    expect(run.stderr).toContain("error[not-as-reviewed]");
    expect(place.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  it("a no ends in one line: what was planned is on the screen already", async () => {
    const place = await testbed(ENTRIES);
    const run = await ask(place, () => "n");
    expect(run.stderr).toBe("error[declined]: not approved: nothing was changed\n");
    expect(run.stdout).not.toContain("Applied");
  });

  it.each(["y", "Yes"])("nor is %s a yes, and that is told", async (answer) => {
    const place = await testbed(ENTRIES);
    const run = await ask(place, () => answer);
    expect(run).toMatchObject({ code: 5, stderr: expect.stringContaining('word "yes" is a yes') });
    expect(place.sandbox.store.all()).toEqual([]);
  });

  it("asks nothing and changes nothing where the plan could not be shown", async () => {
    const place = await testbed(ENTRIES);
    const terminal = fakeTerminal(accessTo(place.sandbox), () => "yes");
    const io: Io = { ...terminal, stdout: async () => false };
    expect(await runApply({ file: [join(place.folder, "keys.yaml")] }, io)).toBe(3);
    expect(terminal.questions).toEqual([]);
    expect(terminal.written().stderr).toContain("could not be shown, so nothing was changed");
    expect(place.sandbox.store.all()).toEqual([]);
  });

  it("tells each change on a line of its own as it ends, up to the last", async () => {
    const place = await testbed([...ENTRIES, "{ name: second, remain_quota: 1 }"]);
    const run = await ask(place, () => "yes");
    const lines = run.stderr.split("\n").filter((line) => line.includes("✓"));
    expect(lines.map((line) => line.replace(/^.*\r.*?\[K/s, "").slice(0, 14))).toEqual([
      "[1/2] ✓ create",
      "[2/2] ✓ create",
    ]);
    expect(run.stderr).toContain("Creating: 2/2 sent, last ");
  });

  it("keeps how far creating is to one line of a narrow terminal", async () => {
    const name = "a-name-that-forty-columns-do-not-hold";
    const place = await testbed([`{ name: ${name}, remain_quota: 1 }`]);
    const io: Io = {
      ...fakeTerminal(accessTo(place.sandbox), () => "yes"),
      view: { stdout: PLAIN, stderr: { ...PLAIN, columns: 40 } },
    };
    const errors: string[] = [];
    const stderr = (text: string): void => void errors.push(text);
    await runApply({ file: [join(place.folder, "keys.yaml")] }, { ...io, stderr });
    expect(errors).toContain("Creating: 1/1 sent, last a-name-that-f…");
    const next = errors[errors.indexOf("Creating: 1/1 sent, last a-name-that-f…") + 1];
    expect(next?.startsWith("\r\u001b[K")).toBe(true);
  });
});

describe("colours", () => {
  const ESCAPE = "\u001b[";

  it.each([
    ["not in a file or a pipe", {}, "", false],
    ["where FORCE_COLOR asks for them", { FORCE_COLOR: "1" }, "", true],
    ["not with --no-color", { FORCE_COLOR: "1" }, " --no-color", false],
  ])("are used %s", async (_, env, flag, expected) => {
    const place = await testbed(ENTRIES);
    const plan = await place.run(`plan${flag}`, { env });
    expect(plan.stdout.includes(ESCAPE)).toBe(expected);
    const wrong = await place.run(`plan --only nobody${flag}`, { env });
    expect(wrong.stderr.includes(ESCAPE)).toBe(expected);
  });
});

// `script` of util-linux gives a program a terminal; others take their arguments differently.
const version = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "";

describe.runIf(version.includes("util-linux"))("a real terminal", () => {
  /** Types `answer` once the question is there, and gives the exit code. */
  const onTerminal = (place: Testbed, answer: string, args = "apply") => {
    const command = `"${process.execPath}" "${CLI}" ${args}`;
    const env = { PATH: process.env["PATH"], NO_COLOR: "1", ...accessTo(place.sandbox) };
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: place.folder, env });
    let shown = "";
    let asked = false;
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString("utf8");
      if (asked || !shown.includes('Only "yes" is a yes: ')) return;
      asked = true;
      child.stdin.write(answer);
    });
    return new Promise<{ code: number | null; shown: string }>((resolve) => {
      child.once("close", (code) => resolve({ code, shown }));
    });
  };

  it("is asked with the place that a person named, whatever a server sends as a key", async () => {
    const key = "outprod2024keys".padEnd(48, "0");
    const place = await testbed(ENTRIES, { seed: [{ name: "worker", key }] });
    const file = "outprod2024keys.env";
    const { shown } = await onTerminal(place, "no\r", `deliver worker --keys-out ${file}`);
    expect(shown).toContain(`→ ${file}`);
  });

  it("takes yes to apply, and changes nothing on anything else or the end of input", async () => {
    const answers = ["yes\r", "no\r", "\u0004"];
    const places = await Promise.all(answers.map(() => testbed(ENTRIES)));
    const codes = await Promise.all(
      places.map((place, index) => onTerminal(place, answers[index] ?? "")),
    );
    expect(codes.map(({ code }) => code)).toEqual([0, 5, 5]);
    expect(places.map(({ sandbox }) => sandbox.store.all().length)).toEqual([1, 0, 0]);
  });

  it.each(["/proc/self/fd/1", "//dev/stdout", "/dev/tty"])(
    "is not where a plan is saved beside what it shows (--out %s)",
    async (out) => {
      const place = await testbed(ENTRIES);
      const program = `"${process.execPath}" "${CLI}" plan --format json --out ${out}`;
      const env = accessTo(place.sandbox);
      const run = await runProgram("script", ["-qec", program, "/dev/null"], {
        env,
        cwd: place.folder,
      });
      expect(run).toMatchObject({ code: 3 });
      expect(run.stdout.match(/"format_version"/g)).toHaveLength(1);
    },
  );

  // More than the terminal and all that stands behind it hold: else the program would come to its end. The
  // deadline is long enough for a busy machine to have made the plan before it.
  it.each([
    ["the deadline", "--deadline 20s", undefined, "3", ""],
    ["a signal", "--deadline 10m", "SIGTERM", "143", ""],
    [
      "the deadline, while another program writes",
      "--deadline 20s --format json",
      undefined,
      "3",
      "yes &",
    ],
  ])("one that nobody reads does not hold up %s", async (_, flag, signal, code, before) => {
    const entries = Array.from({ length: 9_000 }, (_, n) => `{ name: key-${n}, remain_quota: 5 }`);
    const place = await testbed(entries);
    const ended = join(place.folder, "ended");
    const program = `${before} "${process.execPath}" "${CLI}" plan ${flag} & echo $! > pid; wait $!; echo $? > ended`;
    const env = { PATH: process.env["PATH"], ...accessTo(place.sandbox) };
    const child = spawn("script", ["-qec", program, "/dev/null"], { cwd: place.folder, env });
    // What is taken off the terminal unread, up to which the plan has been written then.
    await vi.waitFor(() => expect(child.stdout.readableLength).toBeGreaterThan(10_000), WAIT);
    if (signal !== undefined) {
      // Until nothing more goes through; on a slower machine the signal only comes sooner.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      process.kill(Number(readFileSync(join(place.folder, "pid"), "utf8")), signal);
    }
    await vi.waitFor(() => expect(readFileSync(ended, "utf8").trim()).toBe(code), WAIT);
    child.kill("SIGKILL");
  });
});

/** Only what hangs is given up. */
const WAIT = { timeout: 300_000, interval: 100 };
