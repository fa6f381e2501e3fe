// Plays seeded schedules of the whole protocol against a model server with a virtual clock:
//   node scripts/simulate.mjs --runs N --seed S      many runs, on two processes
//   node scripts/simulate.mjs --one SEED             one run, told from beginning to end
//   … --bug NAME                                     with a mistake planted in the source
// Ends in 1 when an invariant broke. docs/simulation.md explains what is proven and what is not.
import { build } from "esbuild";
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const WORKERS = 2;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    one: { type: "string" },
    bug: { type: "string" },
    "stop-at-first": { type: "boolean", default: false },
  },
});
const runs = wholeNumber("--runs", values.runs);
const seed = wholeNumber("--seed", values.seed);

const folder = mkdtempSync(join(tmpdir(), "cometkeys-simulation-"));
try {
  const simulation = await bundle(values.bug);
  process.exitCode =
    values.one === undefined
      ? await simulateMany(simulation)
      : await simulateOne(simulation, wholeNumber("--one", values.one));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function simulateOne(simulation, one) {
  const { text, violated } = await createRequire(import.meta.url)(simulation).tellOne(one);
  console.log(text);
  return violated ? 1 : 0;
}

async function simulateMany(simulation) {
  const started = performance.now();
  const stopAtFirst = values["stop-at-first"] || values.bug !== undefined;
  const tallies = await Promise.all(
    Array.from({ length: WORKERS }, (_, from) =>
      work(simulation, { seed, from, to: runs, step: WORKERS, stopAtFirst }),
    ),
  );
  const { reportOf } = createRequire(import.meta.url)(simulation);
  const { text, good } = reportOf(tallies, seed, (performance.now() - started) / 1000);
  console.log(text);
  return good ? 0 : 1;
}

function work(simulation, batch) {
  return new Promise((resolve, reject) => {
    const worker = fork(simulation, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let tally;
    worker.on("message", (message) => {
      tally = message;
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (tally === undefined) reject(new Error(`a worker ended in ${code} without a result`));
      else resolve(tally);
    });
    worker.send(batch);
  });
}

async function bundle(bugName) {
  const outfile = join(folder, "simulation.cjs");
  const base = { absWorkingDir: root, bundle: true, platform: "node", target: "node20" };
  const quiet = { format: "cjs", logLevel: "error" };
  let plugins = [];
  if (bugName !== undefined) {
    const list = join(folder, "bugs.cjs");
    const entryPoints = ["test/simulation/planted-bugs.ts"];
    await build({ ...base, ...quiet, entryPoints, outfile: list });
    const { PLANTED_BUGS } = createRequire(import.meta.url)(list);
    const bug = PLANTED_BUGS.find(({ name }) => name === bugName);
    if (bug === undefined) {
      throw new Error(`no bug ${bugName}: ${PLANTED_BUGS.map(({ name }) => name).join(", ")}`);
    }
    plugins = [planting(bug)];
  }
  const entryPoints = ["test/simulation/main.ts"];
  await build({ ...base, ...quiet, entryPoints, outfile, plugins });
  return outfile;
}

/** Changes the source on its way into the bundle; a text that is not there once is an error. */
function planting(bug) {
  const planted = new Set();
  return {
    name: "planted-bug",
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const file = relative(root, path).replaceAll("\\", "/");
        const patches = bug.patches.filter((patch) => patch.file === file);
        if (patches.length === 0) return undefined;
        let contents = readFileSync(path, "utf8");
        for (const { find, replace } of patches) {
          const times = contents.split(find).length - 1;
          if (times !== 1) throw new Error(`${bug.name}: its text is ${times} times in ${file}`);
          contents = contents.replace(find, () => replace);
          planted.add(find);
        }
        return { contents, loader: "ts" };
      });
      build.onEnd(() => {
        if (planted.size < bug.patches.length) throw new Error(`${bug.name}: not planted`);
      });
    },
  };
}

function wholeNumber(flag, text) {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${flag} wants a whole number, not ${text}`);
  return Number(text);
}
