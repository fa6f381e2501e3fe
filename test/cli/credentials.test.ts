import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { complaints } from "../support/complaints.ts";
import { httpServer, sendJson } from "../support/http-server.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { keysYaml, testbed } from "../support/testbed.ts";

const ENTRIES = ["{ name: worker, remain_quota: 500 }"];
const VARIABLE = "COMETAPI_ACCESS_TOKEN";
const MODEL_KEY = `sk-${"a1B2c3D4".repeat(6)}`;

describe("a token that cannot be right ends with 4 before anything is sent", () => {
  it.each([
    ["is empty", "", `${VARIABLE} is empty`],
    ["is white space", " \n", `${VARIABLE} is empty`],
    ["is a model key", MODEL_KEY, "model key (sk-…)"],
    ["begins with Bearer", "Bearer 0123456789abcdef", "without Bearer"],
    ["holds a space", "0123456789 abcdef", "white space"],
    ["holds letters no header takes", "0123456789ábcdef", "characters no token has"],
  ])("%s", async (_, token, said) => {
    const place = await testbed(ENTRIES);
    const env = { [VARIABLE]: token };
    expect(complaints(await place.run("plan", { env }), 4, said, VARIABLE)).toEqual([]);
    expect(place.sandbox.requests).toEqual([]);
  });

  it("is not set", async () => {
    const cwd = tempFolder({ "keys.yaml": keysYaml(ENTRIES) });
    for (const command of ["plan", "apply --auto-approve", "list"]) {
      expect(
        complaints(await runCli(command.split(" "), { cwd }), 4, `${VARIABLE} is not set`),
      ).toEqual([]);
    }
  });
});

describe("--token-file", () => {
  it.each(["plain", "with-line-feed", "with-carriage-return"])(
    "is read without the white space around the token (%s)",
    async (file) => {
      const place = await testbed(ENTRIES);
      const { token } = place.sandbox;
      const folder = tempFolder({
        plain: token,
        "with-line-feed": `${token}\n`,
        "with-carriage-return": `${token}\r\n`,
      });
      // The file wins over the variable: it was named for this run.
      const env = { [VARIABLE]: "another" };
      const run = await place.run(`plan --token-file ${folder}/${file}`, { env });
      expect(run).toMatchObject({ code: 0 });
    },
  );

  it.each(["missing", "empty", "two-lines", "model-key", "."])(
    "%s ends with 4 and is named",
    async (file) => {
      const place = await testbed(ENTRIES);
      const folder = tempFolder({ empty: "\n", "two-lines": "a\nb\n", "model-key": MODEL_KEY });
      const run = await place.run(`plan --token-file ${folder}/${file}`);
      expect(complaints(run, 4, "--token-file")).toEqual([]);
      expect(place.sandbox.requests).toEqual([]);
    },
  );
});

describe("a server that refuses the first list ends with 4", () => {
  const HINT = "COMETAPI_USER_ID";

  it.each(["plan", "apply --auto-approve", "list"])("%s with a wrong token (401)", async (args) => {
    const place = await testbed(ENTRIES);
    const env = { [VARIABLE]: "wrong-wrong-wrong" };
    const run = await place.run(args, { env });
    expect(complaints(run, 4, VARIABLE, "raw, without Bearer", HINT)).toEqual([]);
    expect(place.sandbox.requests).toHaveLength(1);
    const withId = await place.run(args, { env: { ...env, COMETAPI_USER_ID: "1" } });
    expect(complaints(withId, 4, VARIABLE)).toEqual([]);
    expect(withId.stderr).not.toContain(HINT);
  });

  it("with success:false, whatever its words", async () => {
    const server = await httpServer((_, response) =>
      sendJson(response, 200, { success: false, message: "未提供用户标识" }),
    );
    const cwd = tempFolder({ "keys.yaml": keysYaml(ENTRIES) });
    const env = { COMETAPI_BASE_URL: server.url, [VARIABLE]: "0123456789abcdef" };
    const run = await runCli(["plan"], { cwd, env });
    expect(complaints(run, 4, VARIABLE, "未提供用户标识", HINT)).toEqual([]);
    const withId = await runCli(["plan"], { cwd, env: { ...env, COMETAPI_USER_ID: "1" } });
    expect(complaints(withId, 4, VARIABLE, "未提供用户标识")).toEqual([]);
    expect(withId.stderr).not.toContain(HINT);
  });

  it("because it wants the user id; with it, the same token is accepted", async () => {
    const sandbox = await startSandbox({ requireUserHeader: true, userId: 42 });
    const cwd = tempFolder({ "keys.yaml": keysYaml(ENTRIES) });
    const env = { COMETAPI_BASE_URL: sandbox.url, [VARIABLE]: sandbox.token };
    expect(complaints(await runCli(["plan"], { cwd, env }), 4, HINT)).toEqual([]);
    const withId = await runCli(["plan"], { cwd, env: { ...env, COMETAPI_USER_ID: "42" } });
    expect(withId).toMatchObject({ code: 0 });
    await sandbox.close();
  });

  it("but a COMETAPI_USER_ID that is no number is a usage error: 3, nothing sent", async () => {
    const place = await testbed(ENTRIES);
    const run = await place.run("plan", { env: { COMETAPI_USER_ID: "me" } });
    expect(complaints(run, 3, "COMETAPI_USER_ID is not a number")).toEqual([]);
    expect(place.sandbox.requests).toEqual([]);
  });
});

describe("a token that is refused in the middle of an apply", () => {
  it("stops every further write and ends with 4", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `key-${index}`);
    const place = await testbed(names.map((name) => `{ name: ${name}, remain_quota: 500 }`));
    let served = 0;
    const gate = await httpServer((request, response, body) => {
      if (request.method === "POST") served += 1;
      if (served > 3) {
        sendJson(response, 401, { code: "AUTH_UNAUTHORIZED", success: false, message: "no" });
        return;
      }
      const url = place.sandbox.url + (request.url ?? "");
      const init: RequestInit = {
        method: request.method ?? "GET",
        headers: { Authorization: place.sandbox.token, "Content-Type": "application/json" },
        ...(body === "" ? {} : { body }),
      };
      void fetch(url, init).then(async (answer) =>
        sendJson(response, answer.status, await answer.json()),
      );
    });
    const env = { COMETAPI_BASE_URL: gate.url };
    const run = await place.run("apply --auto-approve --concurrency 1 --format json", { env });
    expect(run).toMatchObject({ code: 4 });
    const results: readonly { readonly status: string }[] = JSON.parse(run.stdout).results;
    expect(results).toHaveLength(12);
    expect(place.sandbox.store.all()).toHaveLength(3);
    expect(gate.requests.filter((line) => line.startsWith("POST"))).toHaveLength(4);
  });
});
