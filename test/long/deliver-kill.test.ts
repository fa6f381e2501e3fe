import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CLI } from "../support/run-cli.ts";
import { programs } from "../support/sink-programs.ts";
import { accessTo, testbed } from "../support/testbed.ts";

const FLAGS = ["apply", "--auto-approve", "--settle", "300ms"];

/** Kills an apply with delivery at a request, or inside its program, and runs it again. */
async function killed(masked: boolean, at: number | "program") {
  // Its own process group is the program's: what it kills is the run that has started it.
  const body = `if [ ! -e "$d/../alive" ] && [ -e "$d/../kills" ]; then touch "$d/../alive"; kill -9 $PPID; sleep 1; fi`;
  const tools = programs({ vault: body });
  const bed = await testbed(
    [
      "{ name: ci, unlimited_quota: true, deliver: [{ exec: [vault, put] }, { file: { path: ci.env, format: dotenv, variable: CI } }] }",
    ],
    { latencyMs: 40, masked },
  );
  const env = {
    ...accessTo(bed.sandbox),
    PATH: tools.path,
    COMETKEYS_ALLOW_SINKS: "exec:vault put\nfile:ci.env",
  };
  if (at === "program") writeFileSync(join(tools.folder, "../kills"), "");
  const first = spawn(process.execPath, [CLI, ...FLAGS], { cwd: bed.folder, env, stdio: "ignore" });
  const ended = once(first, "close");
  const watch = setInterval(() => {
    if (typeof at === "number" && bed.sandbox.requests.length >= at) first.kill("SIGKILL");
  }, 1);
  await ended;
  clearInterval(watch);
  const requests = bed.sandbox.requests.length;
  const again = await bed.run(FLAGS.join(" "), { env });
  const [record, ...more] = bed.sandbox.store.all();
  const taken = tools.started().at(-1);
  return {
    signal: first.signalCode,
    requests,
    code: again.code,
    names: [record, ...more].map((one) => one?.name),
    isDelivered: taken?.stdin === `sk-${record?.key}`,
    file: readFileSync(join(bed.folder, "ci.env"), "utf8") === `CI=sk-${record?.key}\n`,
    usable: record !== undefined && bed.sandbox.store.isUsable(record),
  };
}

const WELL = { code: 0, names: ["ci"], isDelivered: true, file: true, usable: true };

it.each([false, true])(
  "killed at any request, or in its program, the next run ends in one delivered key (masked: %s)",
  async (masked) => {
    const whole = await killed(masked, Infinity);
    expect(whole).toMatchObject({ ...WELL, signal: null });
    for (let at = 1; at <= whole.requests; at += 1) {
      expect([at, await killed(masked, at)]).toMatchObject([at, WELL]);
    }
    expect(await killed(masked, "program")).toMatchObject({ ...WELL, signal: "SIGKILL" });
  },
);
