// Measures the built CLI against floors that are measured in the same run:
//   npm run bench                  every figure, as a table and in reports/bench.json
//   npm run bench -- --short       fewer and smaller ones, for CI; nothing fails for being slow
import { build } from "esbuild";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cli, median, mediansOf, node, peakOf, startServer, timeOf } from "./measure.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { values } = parseArgs({
  options: { short: { type: "boolean", default: false }, runs: { type: "string" } },
});
const RUNS = Number(values.runs ?? (values.short ? 3 : 9));
const ROUND_TRIP = 50;
const WIDTH = 8;
/** A limit of 360 requests in 180 s, and the settle time of 5 s: both, and the distance, five times less. */
const LIMITED = { requests: 360, seconds: 36, settle: "1s", delayMs: 10 };

const folder = mkdtempSync(join(tmpdir(), "cometkeys-bench-"));
const figures = [];

function tell(figure, value, target, detail) {
  figures.push({ figure, value, target, detail });
  const shown = [figure, String(value), target, detail].join(" | ");
  process.stdout.write(`| ${shown} |\n`);
}

const ratio = (ms, floor) => Number((ms / floor).toFixed(2));
const rounded = (ms) => `${Math.round(ms)} ms`;

/** A file of so many keys, alike but for their names. */
function keysFile(count) {
  const path = join(folder, `keys-${count}.yaml`);
  const keys = Array.from(
    { length: count },
    (_, n) => `  - name: key-${n}\n    remain_quota: 500000\n    model_limits: [gpt-4o]\n`,
  );
  writeFileSync(path, `version: 1\nkeys:\n${keys.join("")}`);
  return path;
}

/** Live keys that no file declares, for a sandbox to begin with. */
function seedFile(count) {
  const path = join(folder, `seed-${count}.json`);
  const records = Array.from({ length: count }, (_, n) => ({ name: `live-${n}` }));
  writeFileSync(path, JSON.stringify(records));
  return path;
}

function starting() {
  const ten = keysFile(10);
  const [bare, version, validate] = mediansOf(RUNS * 3, [
    () => timeOf(node("-e", "0")),
    () => timeOf(cli("--version")),
    () => timeOf(cli("validate", ten)),
  ]);
  const to = (ms) => `${rounded(ms)} ÷ ${rounded(bare)}`;
  tell("`--version` ÷ `node -e 0`", ratio(version, bare), "≤ 1.25", to(version));
  tell("`validate` of 10 keys ÷ `node -e 0`", ratio(validate, bare), "≤ 1.5", to(validate));
}

function reading(count) {
  const file = keysFile(count);
  const parse = `require("yaml").parse(require("fs").readFileSync(${JSON.stringify(file)}, "utf8"))`;
  const yaml = { env: { NODE_PATH: join(root, "node_modules") } };
  const [floor, validate] = mediansOf(RUNS, [
    () => timeOf(node("-e", parse), yaml),
    () => timeOf(cli("validate", file)),
  ]);
  const to = `${rounded(validate)} ÷ ${rounded(floor)}`;
  tell(`\`validate\` of ${count} keys ÷ bare \`yaml\` parse`, ratio(validate, floor), "≤ 1.3", to);
}

function bareFetch(...counts) {
  return node(join(root, "scripts/bench/bare-fetch.mjs"), ...counts.map(String));
}

async function planning(live) {
  const file = keysFile(10);
  const server = await startServer({
    delayMs: ROUND_TRIP,
    args: ["--seed", seedFile(live)],
  });
  const pages = Math.ceil(live / 100);
  const floor = (1 + (pages - 1) / WIDTH) * ROUND_TRIP;
  const plan = cli("plan", "-f", file, "--concurrency", String(WIDTH));
  timeOf(plan, server);
  await server.requests();
  timeOf(plan, server);
  const requests = await server.requests();
  const [start, whole, nodeStart, bare] = mediansOf(RUNS, [
    () => timeOf(cli("validate", file)),
    () => timeOf(plan, server),
    () => timeOf(node("-e", "0")),
    () => timeOf(bareFetch(pages), server),
  ]);
  const memory = peakOf(plan, server);
  server.stop();
  const beyond = whole - start;
  const to = `${rounded(beyond)} ÷ ${rounded(floor)}`;
  tell(`\`plan\`, ${live} live keys ÷ floor`, ratio(beyond, floor), "≤ 1.2", to);
  const pagesOnly = bare - nodeStart;
  const toBare = `${rounded(beyond)} ÷ ${rounded(pagesOnly)}`;
  tell("that plan ÷ bare `fetch` of the same pages", ratio(beyond, pagesOnly), "", toBare);
  tell(`requests of that plan`, requests, `${pages} (+1 for the account or money)`, "");
  tell("peak memory of that plan, MB", Math.round(memory), "≤ 120", "");
}

function mapped(record, act) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, act(value)]));
}

/** Creates as many keys with a loop of curl as a user would, with no checks. */
function loopOf(count, server) {
  const call = [
    "curl -s -o /dev/null -X POST",
    `-H 'Authorization: ${server.token}' -H 'New-Api-User: 1' -H 'Content-Type: application/json'`,
    `-d '{"name":"loop-{}","remain_quota":500000,"expired_time":-1}' ${server.url}/api/token/`,
  ].join(" ");
  return ["sh", "-c", `seq ${count} | xargs -P8 -I{} sh -c '${call.replaceAll("'", `'\\''`)}'`];
}

async function creating(count, target) {
  const file = keysFile(count);
  const times = { start: [], apply: [], loop: [], node: [], bare: [] };
  let requests = 0;
  for (let run = 0; run < Math.max(3, Math.ceil(RUNS / 3)); run += 1) {
    const server = await startServer({ delayMs: ROUND_TRIP });
    times.start.push(timeOf(cli("validate", file)));
    times.apply.push(timeOf(cli("apply", "-f", file, "--auto-approve", "--quiet"), server));
    requests = await server.requests();
    server.stop();
    const other = await startServer({ delayMs: ROUND_TRIP });
    times.loop.push(timeOf(loopOf(count, other)));
    other.stop();
    const third = await startServer({ delayMs: ROUND_TRIP });
    times.node.push(timeOf(node("-e", "0")));
    times.bare.push(timeOf(bareFetch(1, count), third));
    third.stop();
  }
  const { start, apply, loop, node: nodeStart, bare } = mapped(times, median);
  const pages = Math.ceil(count / 100);
  const floor = (1 + count / WIDTH + 1 + (pages - 1) / WIDTH) * ROUND_TRIP;
  const beyond = apply - start;
  tell(
    `\`apply\`, ${count} creates ÷ floor`,
    ratio(beyond, floor),
    "≤ 1.15",
    `${rounded(beyond)} ÷ ${rounded(floor)}`,
  );
  const requestsOnly = bare - nodeStart;
  const toBare = `${rounded(beyond)} ÷ ${rounded(requestsOnly)}`;
  tell("that apply ÷ bare `fetch` of the same requests", ratio(beyond, requestsOnly), "", toBare);
  const to = `${rounded(apply)} ÷ ${rounded(loop)}`;
  tell(`${count} creates ÷ \`curl | xargs -P8\``, ratio(apply, loop), target, to);
  tell(`requests of that apply`, requests, `1 + ${count} + ${pages} (+1)`, "");
}

async function limited(count) {
  const { requests, seconds, settle, delayMs } = LIMITED;
  const server = await startServer({
    delayMs,
    args: ["--rate-limit", `${requests}/${seconds}`],
  });
  const file = keysFile(count);
  const start = timeOf(cli("validate", file));
  const apply = cli("apply", "-f", file, "--auto-approve", "--quiet", "--settle", settle);
  const beyond = timeOf(apply, server) - start;
  const sent = await server.requests();
  server.stop();
  // The first of them pass at once, and so many more with every window.
  const needed = count + 1 + Math.ceil(count / 100);
  const floor = Math.floor((needed - 1) / requests) * seconds * 1000;
  const to = `${rounded(beyond)} ÷ ${rounded(floor)}, ${sent} requests`;
  tell(
    `${count} creates under ${requests} per ${seconds} s ÷ limit`,
    ratio(beyond, floor),
    "≤ 1.05",
    to,
  );
}

async function planner(count) {
  const outfile = join(folder, "planner.cjs");
  const entryPoints = [join(root, "scripts/bench/planner.ts")];
  const common = { bundle: true, platform: "node", format: "cjs", logLevel: "error" };
  await build({ ...common, entryPoints, outfile });
  const { timePlan } = createRequire(import.meta.url)(outfile);
  timePlan(1_000);
  const half = median(Array.from({ length: 3 }, () => timePlan(count / 2)));
  const whole = median(Array.from({ length: 3 }, () => timePlan(count)));
  tell(`planner, ${count} live × ${count} declared keys, ms`, Math.round(whole), "< 1000", "");
  const to = `${rounded(whole)} ÷ ${rounded(half)}`;
  tell("twice the keys take", ratio(whole, half), "≤ 2.2", to);
}

try {
  process.stdout.write("| figure | measured | target | |\n| --- | --- | --- | --- |\n");
  starting();
  reading(values.short ? 500 : 5_000);
  await planning(values.short ? 1_000 : 10_000);
  await creating(100, "≤ 1.15");
  if (!values.short) {
    await creating(400, "≤ 0.9");
    await creating(1_000, "≤ 0.85");
    await limited(1_000);
  }
  await planner(values.short ? 10_000 : 100_000);
  if (!values.short) {
    // About as many as the bound on a file's parts takes.
    const memory = peakOf(cli("validate", keysFile(20_000)));
    tell("peak memory, `validate` of 20,000 keys, MB", Math.round(memory), "≤ 300", "");
  }
  mkdirSync(join(root, "reports"), { recursive: true });
  writeFileSync(join(root, "reports/bench.json"), `${JSON.stringify(figures, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
