/** What a layer may use besides itself: other layers, npm packages and modules of Node. */
interface Allowed {
  readonly layers: readonly string[];
  readonly packages: readonly string[];
}

/** One way: model ← config, policy, http, api, plan, deliver, apply, render, github, sandbox, init ← run ← commands ← cli ← main ← action. */
const LAYERS: Readonly<Record<string, Allowed>> = {
  model: { layers: [], packages: [] },
  config: { layers: ["model", "schemas"], packages: ["yaml", "ajv"] },
  http: { layers: ["model"], packages: [] },
  api: { layers: ["model", "http"], packages: ["p-limit", "node:events"] },
  policy: { layers: ["model", "config", "schemas"], packages: ["yaml", "ajv"] },
  plan: { layers: ["model"], packages: [] },
  deliver: {
    layers: ["model"],
    packages: ["node:child_process", "node:fs/promises", "node:path", "node:os", "p-limit"],
  },
  apply: { layers: ["model", "api", "plan", "deliver"], packages: ["p-limit"] },
  render: { layers: ["model"], packages: ["diff"] },
  github: { layers: ["model", "http"], packages: ["node:fs/promises", "node:path"] },
  sandbox: { layers: ["model", "config"], packages: ["yaml", "ajv", "node:http", "node:events"] },
  init: {
    layers: ["model", "config", "plan", "render"],
    packages: ["yaml", "node:fs/promises", "node:path"],
  },
  run: {
    layers: [
      "model",
      "config",
      "policy",
      "http",
      "api",
      "plan",
      "deliver",
      "apply",
      "render",
      "github",
      "schemas",
    ],
    packages: ["node:fs/promises", "node:path", "node:vm", "ajv"],
  },
  commands: {
    layers: ["run", "model", "config", "api", "plan", "render", "sandbox", "init", "schemas"],
    packages: ["node:fs", "node:fs/promises", "node:os", "node:path"],
  },
  cli: {
    layers: ["commands", "run", "render", "model"],
    packages: ["@commander-js/extra-typings"],
  },
  action: { layers: ["main", "model"], packages: [] },
  main: {
    layers: ["cli", "run", "render", "model"],
    packages: ["node:fs", "node:readline/promises", "node:stream", "node:util"],
  },
};

/** The one file of a layer that may use a package the layer may not. */
const EXCEPTIONS: readonly string[] = [
  "src/model/address.ts ipaddr.js",
  "src/model/sha256.ts node:crypto",
  "src/render/view.ts node:util",
  // Whether a file holds a certificate.
  "src/run/doctor.ts node:crypto",
  "src/http/proxy-agent.ts undici",
  // Types only: the flags of a command are those its options declare.
  "src/run/options.ts @commander-js/extra-typings",
];

const MAX_LINES = 250;
const PURE = new Set(["model", "config", "policy", "plan", "render"]);
const IMPURE = /\b(process|setTimeout|setInterval|fetch|Math\.random|Date\.now)\b/;

/** Each way in which a source file breaks the architecture, as `path: what`. */
export function violations(path: string, source: string): readonly string[] {
  const code = withoutComments(source);
  const found = [
    ...imports(code).flatMap((specifier) => forbiddenImport(path, specifier)),
    ...(source.split("\n").length - 1 > MAX_LINES ? [`more than ${MAX_LINES} lines`] : []),
    ...(/^export default\b/m.test(code) ? ["a default export"] : []),
    ...(/\bconsole\.\w/.test(code) ? ["console"] : []),
    ...(PURE.has(layerOf(path)) && IMPURE.test(withoutStrings(code)) ? ["not pure"] : []),
    ...forbiddenWrite(path, code),
    ...forbiddenRequest(path, code),
  ];
  return found.map((what) => `${path}: ${what}`);
}

/** Only `src/apply` writes; one step of a run hands it the client that can. */
function forbiddenWrite(path: string, code: string): readonly string[] {
  const found: string[] = [];
  const inside = (...places: readonly string[]): boolean =>
    places.some((place) => path.startsWith(place));
  if (!inside("src/apply/") && /\bapi\.(create|replace|setStatus|remove)\(/.test(code)) {
    found.push("a write method of the API");
  }
  if (!inside("src/api/") && /\bclient\.write\(/.test(code)) found.push("a raw write");
  const opener = inside("src/run/connect.ts", "src/run/session.ts");
  const writers = opener || inside("src/api/", "src/apply/");
  if (!writers && /\b(createKeysWriter|KeysWriter)\b/.test(code)) found.push("the writing client");
  if (!opener && /\bconnectWriter\b/.test(code)) found.push("connectWriter");
  const user = opener || inside("src/run/apply.ts", "src/run/deliver.ts");
  if (!user && /\bwithWriter\b/.test(code)) found.push("withWriter");
  return found;
}

/** Requests leave through `src/http` alone, which loads undici only when a proxy is used. */
function forbiddenRequest(path: string, code: string): readonly string[] {
  const found: string[] = [];
  if (!path.startsWith("src/http/") && /(?<!globalThis\.)\bfetch\(/.test(code)) {
    found.push("a request past src/http");
  }
  if (/^import\s[^;]*\/proxy-agent\.ts"/m.test(code)) found.push("undici from the start");
  return found;
}

function forbiddenImport(path: string, specifier: string): readonly string[] {
  const layer = layerOf(path);
  const allowed = LAYERS[layer];
  if (allowed === undefined) return [`an unknown layer, ${layer}`];
  if (EXCEPTIONS.includes(`${path} ${specifier}`)) return [];
  if (!specifier.startsWith(".")) {
    return allowed.packages.includes(specifier) ? [] : [`imports ${specifier}`];
  }
  const file = resolve(path, specifier);
  // A command is one file; what two of them need is a step of `run`. The demo shows the others.
  if (isCommand(path) && isCommand(file) && path !== "src/commands/demo.ts") {
    return ["imports another command"];
  }
  const target = layerOf(file);
  return target === layer || allowed.layers.includes(target) ? [] : [`imports from ${target}`];
}

function isCommand(path: string): boolean {
  return /^src\/commands\/[^/]+$/.test(path);
}

/** `plan` of `src/plan/x.ts`, `cli` of `src/cli.ts`, `schemas` of `schemas/x.json`. */
function layerOf(path: string): string {
  const [root = "", folder = ""] = path.split("/");
  return root === "src" ? folder.replace(/\.ts$/, "") : root;
}

function resolve(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** What a formatted source imports or exports from, dynamic imports included. */
function imports(code: string): readonly string[] {
  const imported = /^import\s+(?:[^;"']*?\sfrom\s+)?["']([^"'\n]+)["']/gm;
  const exported = /^export\s+(?:type\s+)?(?:\*|\{)[^;"']*?\sfrom\s+["']([^"'\n]+)["']/gm;
  const dynamic = /\bimport\(\s*["']([^"']+)["']/g;
  return [imported, exported, dynamic].flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ([, specifier = ""]) => specifier),
  );
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

function withoutStrings(code: string): string {
  return code.replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.)*`/g, '""');
}
