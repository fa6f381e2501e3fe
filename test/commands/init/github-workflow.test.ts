import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { githubWorkflow } from "../../../src/commands/init/github-workflow.ts";
import type { JsonObject } from "../../../src/model/json.ts";
import { expectGolden } from "../../support/golden.ts";
import { object, publishedSchema } from "../../support/published-schema.ts";

const TEXT = githubWorkflow({ file: "keys.yaml", version: "1.2.3" });
const WORKFLOW = object(parse(TEXT));
const JOBS = object(WORKFLOW["jobs"]);

/** Every step of every job. */
const STEPS: readonly JsonObject[] = Object.values(JOBS).flatMap((job) => {
  const list = object(job)["steps"];
  return Array.isArray(list) ? list.map(object) : [];
});

test("is as recorded", () => {
  expectGolden(join(import.meta.dirname, "../../../fixtures/init/github-workflow.yml"), TEXT);
  expect(TEXT).toContain("cometkeys@1.2.3");
});

test("fits the published schema, which refuses a misspelled workflow", () => {
  const validate = publishedSchema("github-workflow.json");
  expect(validate(WORKFLOW) ? [] : validate.errors).toEqual([]);
  expect(validate({ ...WORKFLOW, permission: {} })).toBe(false);
});

test("takes its triggers from the repository, never pull_request_target", () => {
  const triggers = ["pull_request", "push", "schedule", "workflow_dispatch"];
  expect(Object.keys(object(WORKFLOW["on"]))).toEqual(triggers);
});

test("asks for the least permissions, job by job", () => {
  expect(WORKFLOW["permissions"]).toEqual({});
  const asked = Object.entries(JOBS).map(([name, job]) => [name, object(job)["permissions"]]);
  const read = { contents: "read" };
  expect(Object.fromEntries(asked)).toEqual({
    validate: read,
    plan: { ...read, "pull-requests": "write" },
    review: read,
    apply: read,
    drift: read,
  });
});

test("never cancels a run that has begun", () => {
  expect(WORKFLOW["concurrency"]).toEqual({
    group: "cometkeys-keys.yaml-${{ github.event_name }}-${{ github.ref }}",
    "cancel-in-progress": false,
  });
  expect(TEXT.match(/cancel-in-progress/g)).toHaveLength(1);
});

test("puts nothing that others write into a shell line", () => {
  const lines = STEPS.flatMap(({ run }) => (typeof run === "string" ? [run] : []));
  expect(lines).toEqual([
    "npx --yes cometkeys@1.2.3 validate -f keys.yaml",
    "npx --yes cometkeys@1.2.3 plan -f keys.yaml --comment",
    "npx --yes cometkeys@1.2.3 plan -f keys.yaml",
    'npx --yes cometkeys@1.2.3 apply -f keys.yaml --expect "$DIGEST"',
    "npx --yes cometkeys@1.2.3 drift -f keys.yaml --fail-on-expiring 14d",
  ]);
});

test("pins every action by commit and leaves no credentials in the checkout", () => {
  const used = STEPS.filter(({ uses }) => uses !== undefined);
  expect(used).toHaveLength(10);
  for (const { uses } of used) expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
  const checkouts = used.filter(({ uses }) => String(uses).startsWith("actions/checkout@"));
  expect(checkouts).toHaveLength(5);
  for (const step of checkouts) expect(step["with"]).toEqual({ "persist-credentials": false });
});

test("shows the token only to steps that run cometkeys, and never to validate", () => {
  const seeing = STEPS.filter((step) => JSON.stringify(step).includes("secrets."));
  expect(seeing).toHaveLength(4);
  for (const step of seeing) expect(step["run"]).toMatch(/^npx --yes cometkeys@/);
  expect(TEXT.match(/secrets\./g)).toHaveLength(4);
  expect(JSON.stringify(JOBS["validate"])).not.toContain("secrets.");
});

test("plans only where the secret can be, and applies only behind the environment", () => {
  expect(object(JOBS["plan"])["if"]).toContain(
    "github.event.pull_request.head.repo.full_name == github.repository",
  );
  expect(JOBS["apply"]).toMatchObject({ needs: "review", environment: "production" });
  expect(object(JOBS["review"])["if"]).toContain("github.event.repository.default_branch");
});
