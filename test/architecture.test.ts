import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { violations } from "./support/architecture.ts";

function sources(): readonly string[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join("src", path).replaceAll("\\", "/"));
}

test("every source file keeps to its layer, its size and its part", () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((path) => violations(path, readFileSync(path, "utf8")))).toEqual([]);
});

function importing(specifier: string): string {
  return `import { x } from "${specifier}";\n`;
}

describe("a planted violation is found", () => {
  test.each([
    ["src/model/x.ts", importing("../plan/x.ts"), "imports from plan"],
    ["src/model/x.ts", importing("node:fs"), "imports node:fs"],
    ["src/model/x.ts", importing("ipaddr.js"), "imports ipaddr.js"],
    ["src/plan/x.ts", importing("../api/x.ts"), "imports from api"],
    ["src/plan/x.ts", importing("../render/x.ts"), "imports from render"],
    ["src/plan/x.ts", importing("node:crypto"), "imports node:crypto"],
    ["src/config/x.ts", importing("../render/escape.ts"), "imports from render"],
    ["src/render/x.ts", importing("../config/x.ts"), "imports from config"],
    ["src/render/x.ts", importing("yaml"), "imports yaml"],
    ["src/api/x.ts", importing("../apply/x.ts"), "imports from apply"],
    ["src/apply/x.ts", importing("../commands/x.ts"), "imports from commands"],
    ["src/deliver/x.ts", importing("../api/x.ts"), "imports from api"],
    ["src/deliver/x.ts", importing("node:fs"), "imports node:fs"],
    ["src/render/x.ts", importing("../deliver/x.ts"), "imports from deliver"],
    ["src/apply/x.ts", importing("../render/x.ts"), "imports from render"],
    ["src/sandbox/x.ts", importing("../api/x.ts"), "imports from api"],
    ["src/run/x.ts", importing("../commands/x.ts"), "imports from commands"],
    ["src/run/x.ts", importing("../commands/connect.ts"), "imports from commands"],
    ["src/run/x.ts", importing("../sandbox/x.ts"), "imports from sandbox"],
    [
      "src/run/x.ts",
      importing("@commander-js/extra-typings"),
      "imports @commander-js/extra-typings",
    ],
    ["src/commands/x.ts", importing("./y.ts"), "imports another command"],
    ["src/commands/x.ts", importing("../apply/x.ts"), "imports from apply"],
    ["src/commands/x.ts", importing("../cli.ts"), "imports from cli"],
    ["src/commands/x/y.ts", importing("../../main.ts"), "imports from main"],
    ["src/commands/x.ts", importing("commander"), "imports commander"],
    ["src/cli.ts", importing("./api/x.ts"), "imports from api"],
    ["src/other/x.ts", importing("../model/x.ts"), "an unknown layer, other"],
    ["src/plan/x.ts", 'import "../api/x.ts";\n', "imports from api"],
    ["src/plan/x.ts", 'import type {\n  A,\n  B,\n} from "../api/x.ts";\n', "imports from api"],
    ["src/plan/x.ts", 'export { a } from "../api/x.ts";\n', "imports from api"],
    ["src/plan/x.ts", 'const x = await import("../api/x.ts");\n', "imports from api"],
    ["src/api/x.ts", "export default 1;\n", "a default export"],
    ["src/api/x.ts", 'console.log("x");\n', "console"],
    ["src/api/x.ts", "//\n".repeat(251), "more than 250 lines"],
    ["src/plan/x.ts", "const now = Date.now();\n", "not pure"],
    ["src/plan/x.ts", "const id = Math.random();\n", "not pure"],
    ["src/render/x.ts", "const x = process.env;\n", "not pure"],
    ["src/commands/x.ts", "await api.create(body);\n", "a write method of the API"],
    ["src/commands/x.ts", "await context.api.remove(1);\n", "a write method of the API"],
    ["src/apply/x.ts", "await client.write(request);\n", "a raw write"],
    ["src/commands/plan.ts", "let api: KeysWriter;\n", "the writing client"],
    ["src/commands/plan.ts", "const api = await connectWriter(x, io);\n", "connectWriter"],
    ["src/run/plan.ts", 'import { withWriter } from "./session.ts";\n', "withWriter"],
  ])("%s: %j", (path, source, what) => {
    expect(violations(path, source)).toEqual([`${path}: ${what}`]);
  });
});

test("what is allowed, a comment and a text are no violations", () => {
  const allowed: readonly (readonly [string, string])[] = [
    ["src/model/address.ts", 'import ipaddr from "ipaddr.js";\n'],
    ["src/plan/x.ts", 'import { y } from "./y.ts";\nimport { z } from "../model/z.ts";\n'],
    ["src/plan/x.ts", '/** `import x from "../api/x.ts"` */\n// console.log(Date.now())\n'],
    ["src/plan/x.ts", 'const text = "the process of Date.now";\n'],
    ["src/apply/x.ts", "await context.api.create(body);\n"],
    ["src/commands/demo.ts", importing("./plan.ts")],
    ["src/run/session.ts", 'import { connectWriter } from "./connect.ts";\n'],
    ["src/run/apply.ts", 'import { withWriter } from "./session.ts";\n'],
  ];
  expect(allowed.flatMap(([path, source]) => violations(path, source))).toEqual([]);
});
