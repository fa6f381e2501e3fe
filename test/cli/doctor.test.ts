import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { listen } from "../support/listen.ts";
import { testbed } from "../support/testbed.ts";

const KEY = { name: "a", remain_quota: 5 };

test("doctor tells what is to be known, with nothing but GET", async () => {
  const at = await testbed([], { seed: [KEY], quotaPerUnit: 500_000 });
  const run = await at.run("doctor");
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`✓ server     ${at.sandbox.url}\n`);
  expect(run.stdout).toContain("✓ account    1;");
  // The clock of this sandbox stands still in 2027.
  expect(run.stdout).toMatch(/^! clock {6}the server's clock \(2027-01-15T08:00:00Z\) is \d+ s/m);
  expect(run.stdout).toContain("! key-values the list holds the whole value of 1 of 1 keys\n");
  expect(at.sandbox.requests.every(({ method }) => method === "GET")).toBe(true);
});

test("its JSON has the published shape, also where the token is refused", async () => {
  const at = await testbed([], { seed: [KEY], masked: true });
  const schema = JSON.parse(readFileSync("schemas/doctor.schema.json", "utf8"));
  const validate = new Ajv().compile(schema);
  const fine = await at.run("doctor --format json");
  const refused = await at.run("doctor --format json", {
    env: { COMETAPI_ACCESS_TOKEN: "not-the-token-of-it" },
  });
  for (const { stdout } of [fine, refused]) {
    expect(validate(JSON.parse(stdout)) ? [] : validate.errors).toEqual([]);
  }
  expect(fine.code).toBe(0);
  expect(JSON.parse(fine.stdout).findings).toContainEqual({
    check: "key-values",
    status: "ok",
    message: "masked in the list",
  });
  expect(refused.code).toBe(4);
});

test.each([
  ["no token", { COMETAPI_ACCESS_TOKEN: "" }, 4, "✗ token"],
  ["another account's id", { COMETAPI_USER_ID: "9" }, 4, "✗ token"],
  ["no server", { COMETAPI_BASE_URL: "http://127.0.0.1:9" }, 9, "✗ server"],
])("%s is an error with the exit code of every other command", async (_what, env, code, line) => {
  const at = await testbed([], { seed: [KEY] });
  const run = await at.run("doctor", { env });
  expect(run).toMatchObject({ code });
  expect(run.stdout).toContain(line);
});

test("--max-keys is the limit that the room is told of", async () => {
  const at = await testbed([], { seed: [KEY] });
  const run = await at.run("doctor --max-keys 1");
  expect(run.stdout).toContain("! room       1 of 1 keys\n");
  expect(await at.run("doctor --max-keys none")).toMatchObject({ code: 3, stdout: "" });
  const json = await at.run("doctor --max-keys none --format json");
  expect(JSON.parse(json.stdout)).toMatchObject({ findings: [{ status: "error", code: "usage" }] });
});

test("whose certificates are trusted is told, and a file or a switch that harms is a warning", async () => {
  const at = await testbed([], { seed: [KEY] });
  const tls = async (env: Record<string, string>) =>
    /^. tls .*(?:\n {13}.*)?/m.exec((await at.run("doctor", { env })).stdout)?.[0];
  const own = join(at.folder, "ca.pem");
  writeFileSync(own, selfSigned("keys.example").cert);
  expect(await tls({})).toBe("✓ tls        trusts the CAs that Node brings");
  expect(await tls({ NODE_EXTRA_CA_CERTS: own })).toContain(`and those in ${own}`);
  writeFileSync(join(at.folder, "hello.pem"), "hello\n");
  for (const wrong of [`${own}.none`, at.folder, join(at.folder, "hello.pem")]) {
    expect(await tls({ NODE_EXTRA_CA_CERTS: wrong })).toMatch(
      /^! tls .*no certificate can be read/,
    );
  }
  expect(await tls({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toMatch(/^! tls .*pose as the server/);
});

test("a certificate that is not trusted is told with what to do about it", async () => {
  const at = await testbed([]);
  const front = createServer(selfSigned("localhost"), () => {});
  const port = await listen(front);
  const env = { COMETAPI_BASE_URL: `https://localhost:${port}` };
  const run = await at.run("plan", { env });
  front.close();
  expect(run.code).toBe(9);
  expect(run.stderr).toMatch(/could not be reached: \w*CERT\w*: .*\nfix: .*NODE_EXTRA_CA_CERTS/);
});

test("a server that speaks no TLS is told as that, in one line", async () => {
  const at = await testbed([]);
  const env = { COMETAPI_BASE_URL: at.sandbox.url.replace("http:", "https:") };
  const run = await at.run("plan --quiet", { env });
  expect(run.code).toBe(9);
  expect(run.stderr).toMatch(/could not be reached: ERR_SSL_\w+ \(tried 4 times\)\n/);
  expect(run.stderr).toContain("does not seem to speak TLS");
});
