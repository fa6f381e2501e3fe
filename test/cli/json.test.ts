import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import type { SandboxOptions } from "../../src/sandbox/server.ts";
import { deafAddress } from "../support/http-server.ts";
import { NOW, testbed } from "../support/testbed.ts";

const ajv = new Ajv({ strict: true, allErrors: true });
const validators = {
  plan: ajv.compile(readSchema("plan.schema.json")),
  apply: ajv.compile(readSchema("apply-result.schema.json")),
  list: ajv.compile(readSchema("list.schema.json")),
  validate: ajv.compile(readSchema("validate.schema.json")),
};

function readSchema(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), "utf8"));
}

interface Class {
  readonly what: string;
  /** Exit codes of `plan` and `apply --auto-approve`. */
  readonly codes: readonly [plan: number, apply: number];
  readonly entries?: readonly string[];
  readonly options?: SandboxOptions;
  readonly fault?: string;
  readonly flags?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A code that stands among the diagnostics, or the errors of results. */
  readonly says?: string;
}

const ENTRIES = ["{ name: worker, remain_quota: 500, allow_ips: [10.0.0.1, 10.0.0.2] }"];
const LIVE = { name: "worker", remain_quota: 400, used_quota: 100, allow_ips: "10.0.0.9" };
const UNREACHABLE = await deafAddress();

const CLASSES: readonly Class[] = [
  { what: "a create", codes: [0, 0] },
  { what: "pending changes", codes: [2, 0], flags: "--detailed-exitcode" },
  { what: "an update of lists and quota", codes: [0, 0], options: { seed: [LIVE] } },
  { what: "nothing declared", codes: [0, 0], entries: [] },
  {
    what: "a delete",
    codes: [0, 0],
    entries: ["{ name: worker, state: absent }"],
    options: { seed: [LIVE] },
  },
  {
    what: "a faulty file",
    codes: [3, 3],
    entries: ["{ name: worker }"],
    says: "quota-missing",
  },
  { what: "a flag's value", codes: [3, 3], flags: "--timeout 30", says: "usage" },
  { what: "an unknown flag", codes: [3, 3], flags: "--no-such-flag", says: "usage" },
  {
    what: "no token",
    codes: [4, 4],
    env: { COMETAPI_ACCESS_TOKEN: "" },
    says: "credentials-missing",
  },
  {
    what: "a refused token",
    codes: [4, 4],
    env: { COMETAPI_ACCESS_TOKEN: "wrong-wrong" },
    says: "credentials-refused",
  },
  {
    what: "several accounts",
    codes: [5, 5],
    options: { adminList: true, seed: [LIVE, { ...LIVE, user_id: 2 }] },
    says: "several-accounts",
  },
  {
    what: "too many keys",
    codes: [5, 5],
    flags: "--max-keys 1",
    options: { seed: [{}] },
    says: "too-many-keys",
  },
  { what: "a refused create", codes: [0, 6], fault: "post refuse", says: "change-failed" },
  { what: "duplicates", codes: [8, 8], options: { seed: [LIVE, LIVE] }, says: "duplicates" },
  {
    what: "a key created expired",
    codes: [5, 5],
    entries: [`{ name: worker, remain_quota: 1, expired_time: ${NOW - 9} }`],
    says: "expiry-past",
  },
  { what: "HTML", codes: [9, 9], fault: "list html", says: "server-not-this-api" },
  {
    what: "nobody listening",
    codes: [9, 9],
    env: { COMETAPI_BASE_URL: UNREACHABLE },
    says: "server-unreachable",
  },
];

describe("--format json is one document of the published shape, with the exit code of the text", () => {
  it.each(CLASSES)("$what", async ({ codes, flags, env = {}, says, ...given }) => {
    const run = async (command: "plan" | "apply", format: "text" | "json") => {
      const place = await testbed(given.entries ?? ENTRIES, given.options);
      if (given.fault !== undefined) place.faults(given.fault);
      const approve = command === "apply" ? " --auto-approve" : "";
      // `apply` has no such flag; its own codes say what is pending.
      const shape = command === "apply" && flags === "--detailed-exitcode" ? undefined : flags;
      const extra = shape === undefined ? "" : ` ${shape}`;
      return place.run(`${command}${approve}${extra} --format ${format}`, { env });
    };
    const [planText, planJson, applyText, applyJson] = await Promise.all([
      run("plan", "text"),
      run("plan", "json"),
      run("apply", "text"),
      run("apply", "json"),
    ]);
    expect([planText.code, planJson.code]).toEqual([codes[0], codes[0]]);
    expect([applyText.code, applyJson.code]).toEqual([codes[1], codes[1]]);
    for (const [command, { stdout }] of [
      ["plan", planJson],
      ["apply", applyJson],
    ] as const) {
      const document: unknown = JSON.parse(stdout);
      validators[command](document);
      expect(validators[command].errors ?? []).toEqual([]);
    }
    expect(applyJson.stdout).toContain(says === undefined ? '"digest": "' : `"code": "${says}"`);
    // What the two formats tell beside the result is the same.
    expect(planJson.stderr.replaceAll(/127\.0\.0\.1:\d+/g, "HOST")).toBe(
      planText.stderr.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"),
    );
  });

  it("apply without approval is a document too, and its lists are empty", async () => {
    const place = await testbed(ENTRIES);
    const run = await place.run("apply --format json");
    expect(run).toMatchObject({ code: 3 });
    const document: unknown = JSON.parse(run.stdout);
    validators.apply(document);
    expect(validators.apply.errors ?? []).toEqual([]);
    expect(document).toMatchObject({
      digest: null,
      changes: [],
      results: [],
      diagnostics: [{ severity: "error", code: "confirmation-missing" }],
    });
  });

  it("the plan of an update names fields, counters and hunks; plan and apply share its digest", async () => {
    const place = await testbed(ENTRIES, { seed: [{ ...LIVE, remain_quota: 100 }] });
    const plan = JSON.parse((await place.run("plan --format json")).stdout);
    expect(plan).toMatchObject({
      format_version: 1,
      summary: { create: 0, update: 1, delete: 0, unchanged: 0, unmanaged: 0 },
      changes: [
        {
          action: "update",
          name: "worker",
          id: 1,
          fields: [
            {
              field: "remain_quota",
              before: 200,
              after: 500,
              quota: { used: 100, remain_before: 100, remain_after: 400 },
            },
            {
              field: "allow_ips",
              before: ["10.0.0.9"],
              after: ["10.0.0.1", "10.0.0.2"],
              hunks: ["-10.0.0.9", "+10.0.0.1", "+10.0.0.2"],
            },
          ],
        },
      ],
    });
    const applied = JSON.parse((await place.run("apply --auto-approve --format json")).stdout);
    expect(applied).toMatchObject({
      digest: plan.digest,
      changes: plan.changes,
      results: [{ action: "update", name: "worker", status: "done", id: 1 }],
    });
  });
});

describe("the other JSON documents", () => {
  it("list gives the live keys without key values, and the reason on failure", async () => {
    const place = await testbed([], { seed: [{ name: "b" }, { name: "a", group: "vip" }] });
    const listed = JSON.parse((await place.run("list --format json")).stdout);
    expect(listed).toMatchObject({
      format_version: 1,
      keys: [
        { name: "a", group: "vip", id: 2 },
        { name: "b", id: 1 },
      ],
      diagnostics: [],
    });
    for (const key of listed.keys) expect(key).not.toHaveProperty("key");
    const env = { COMETAPI_ACCESS_TOKEN: "wrong-wrong" };
    const failed = await place.run("list --format json", { env });
    expect(failed).toMatchObject({ code: 4 });
    expect(JSON.parse(failed.stdout)).toMatchObject({
      keys: [],
      diagnostics: [{ code: "credentials-refused" }],
    });
  });

  it("validate gives every problem with its place", async () => {
    const place = await testbed(["{ name: a }", "{ name: a, remain_quota: 1 }"]);
    const run = await place.run("validate --format json");
    expect(run).toMatchObject({ code: 3 });
    const { diagnostics } = JSON.parse(run.stdout);
    expect(diagnostics).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: "quota-missing", file: "keys.yaml", line: 3 }),
        expect.objectContaining({ code: "name-duplicate", file: "keys.yaml", line: 4 }),
      ]),
    );
  });

  it.each(["list", "validate"] as const)("%s has a published shape too", async (command) => {
    const place = await testbed(ENTRIES, { seed: [LIVE], quotaPerUnit: 500_000 });
    const sound = await place.run(`${command} --format json`);
    const faulty = await place.run(`${command} --format json --no-such-flag`);
    for (const { stdout } of [sound, faulty]) {
      validators[command](JSON.parse(stdout));
      expect(validators[command].errors ?? []).toEqual([]);
    }
    expect([sound.code, faulty.code]).toEqual([0, 3]);
  });
});
