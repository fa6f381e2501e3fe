// Whole processes as they are measured: their time, their memory, and a server some way off.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const CLI = join(root, "dist/cometkeys.cjs");
const NODE = process.execPath;

export const node = (...args) => [NODE, ...args];
export const cli = (...args) => [NODE, CLI, ...args];

/** Starts a process, which has to end as it should; gives its time, ms. */
export function timeOf([command, ...args], { env = {}, input } = {}) {
  const started = performance.now();
  const run = spawnSync(command, args, {
    env: { PATH: process.env.PATH, NO_COLOR: "1", ...env },
    input,
    maxBuffer: 1e9,
  });
  const ms = performance.now() - started;
  if (run.status !== 0) throw new Error(`${args.join(" ")} ended in ${run.status}: ${run.stderr}`);
  return ms;
}

/** The most memory it had, MB. */
export function peakOf([command, ...args], { env = {} } = {}) {
  const hook = `data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))`;
  const run = spawnSync(command, ["--import", hook, ...args], {
    env: { PATH: process.env.PATH, NO_COLOR: "1", ...env },
    maxBuffer: 1e9,
    encoding: "utf8",
  });
  const [, kilobytes] = /^peak (\d+)$/m.exec(run.stderr) ?? [];
  if (run.status !== 0 || !kilobytes) throw new Error(`${args.join(" ")}: ${run.stderr}`);
  return Number(kilobytes) / 1024;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The medians of several measures that take turns, so that a busy moment meets all of them. */
export function mediansOf(runs, measures) {
  const taken = measures.map(() => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [index, measure] of measures.entries()) taken[index].push(measure());
  }
  return taken.map(median);
}

/** Starts a process, and waits for a line of each pattern; `next` gives the first line after them. */
async function startProcess(args, patterns) {
  const child = spawn(NODE, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const found = [];
  while (found.length < patterns.length) {
    const match = patterns[found.length].exec(await next());
    if (match !== null) found.push(match[1]);
  }
  return { child, next, found };
}

/** A sandbox, `delayMs` away; `requests` tells how many were seen since it was asked last. */
export async function startServer({ delayMs, args = [] }) {
  const patterns = [/BASE_URL=http:\/\/127\.0\.0\.1:(\d+)/, /ACCESS_TOKEN=(\w+)/];
  const sandbox = await startProcess([CLI, "sandbox", "--port", "0", ...args], patterns);
  const [port, token] = sandbox.found;
  const delay = await startProcess(
    [join(root, "scripts/bench/delay.mjs"), port, String(delayMs)],
    [/^(\d+)$/],
  );
  return {
    url: `http://127.0.0.1:${delay.found[0]}`,
    token,
    env: {
      COMETAPI_BASE_URL: `http://127.0.0.1:${delay.found[0]}`,
      COMETAPI_ACCESS_TOKEN: token,
    },
    requests: async () => {
      delay.child.kill("SIGUSR2");
      return Number(await delay.next());
    },
    stop: () => {
      sandbox.child.kill();
      delay.child.kill();
    },
  };
}
