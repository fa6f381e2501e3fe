import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runDoctor } from "../../src/commands/doctor.ts";
import { examine } from "../../src/run/doctor.ts";
import type { Io } from "../../src/run/io.ts";
import { fakeTerminal } from "../support/fake-io.ts";
import { liveKey } from "../support/records.ts";
import { tempFolder } from "../support/temp-folder.ts";

test("the proxy and what goes past it stay whole, whatever a server sends as a key", async () => {
  const env = {
    COMETAPI_ACCESS_TOKEN: "tokentoken",
    COMETAPI_BASE_URL: "https://gate.example/tenant12345prod",
    HTTPS_PROXY: "http://user:password@proxy2024eu.example:8080",
    NO_PROXY: "intern2024west.example",
  };
  const io = fakeTerminal(env, () => "");
  const keys = ["proxy2024eu", "intern2024west", "tenant12345prod"].map((part) =>
    part.padEnd(48, "aB3"),
  );
  const fetch: Io["fetch"] = (input) => {
    const isList = typeof input === "string" && input.includes("/api/token/");
    const items = keys.map((key, index) => ({ ...liveKey({ id: index + 1 }), key }));
    const list = { page: 1, page_size: 100, total: items.length, items };
    const data = isList ? list : { id: 5678 };
    return Promise.resolve(Response.json({ success: true, message: "", data }));
  };
  await runDoctor({}, { ...io, fetch });
  const { stdout } = io.written();
  const shown =
    "through proxy2024eu.example:8080, but for what NO_PROXY names (intern2024west.example)";
  expect(io.redactor.clean(stdout)).toContain(shown);
  expect(io.redactor.clean(stdout)).toContain("https://gate.example/tenant12345prod");
  expect(io.redactor.clean(keys.join(" "))).not.toContain("aB3aB3aB");
});

test("a file of certificates that never ends is given up at the deadline", async () => {
  const folder = tempFolder();
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const env = { COMETAPI_ACCESS_TOKEN: "tokentoken", NODE_EXTRA_CA_CERTS: pipe };
  const io = { ...fakeTerminal(env, () => ""), deadlineAt: performance.now() + 200 };
  const { findings } = await examine({}, io, 1_000);
  expect(findings).toMatchObject([{ code: "deadline" }]);
});
