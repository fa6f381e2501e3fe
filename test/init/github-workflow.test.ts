import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { githubWorkflow } from "../../src/init/templates.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { expectGolden } from "../support/golden.ts";
import { object, publishedSchema } from "../support/published-schema.ts";

const TEXT = githubWorkflow({ file: "keys.yaml", version: "1.2.3" });
const WORKFLOW = object(parse(TEXT));
const JOBS = object(WORKFLOW["jobs"]);

function stepsOf(job: unknown): readonly JsonObject[] {
  const list = object(job)["steps"];
  return Array.isArray(list) ? list.map(object) : [];
}

/** Every step of every job. */
const STEPS = Object.values(JOBS).flatMap(stepsOf);

const INSTALL =
  'cd "$RUNNER_TEMP" && npm install --prefix cometkeys --ignore-scripts --no-audit --no-fund cometkeys@1.2.3';

test("is as recorded", () => {
  expectGolden(join(import.meta.dirname, "../../fixtures/init/github-workflow.yml"), TEXT);
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
    apply: { ...read, "pull-requests": "write" },
    review: read,
    "apply-reviewed": read,
    drift: read,
  });
});

test("never cancels a run that has begun, nor lets a run by hand apply beside a merge", () => {
  const event = "github.event_name == 'workflow_dispatch' && 'push' || github.event_name";
  expect(WORKFLOW["concurrency"]).toEqual({
    group: `cometkeys-keys.yaml-\${{ ${event} }}-\${{ github.ref }}`,
    "cancel-in-progress": false,
  });
  expect(TEXT.match(/cancel-in-progress/g)).toHaveLength(1);
});

/** How a step's shell line begins that runs the installed program. */
const PROGRAM = 'node "$RUNNER_TEMP/cometkeys/node_modules/.bin/cometkeys" ';

test("puts nothing that others write into a shell line", () => {
  const lines = STEPS.flatMap(({ run }) => (typeof run === "string" ? [run] : []));
  const commands = lines.filter((line) => line.startsWith(PROGRAM));
  expect(commands.map((line) => line.slice(PROGRAM.length))).toEqual([
    "validate -f keys.yaml",
    "plan -f keys.yaml --comment",
    "apply -f keys.yaml --expect-comment --comment",
    "plan -f keys.yaml",
    'apply -f keys.yaml --expect "$DIGEST"',
    "drift -f keys.yaml --fail-on-expiring 14d",
  ]);
  const others = lines.filter((line) => !line.startsWith(PROGRAM));
  expect(new Set(others)).toEqual(new Set([INSTALL, expect.stringMatching(/^echo "::notice::/)]));
  expect(lines.filter((line) => line.includes("${{"))).toEqual([]);
});

test("installs in each job before the checkout, in a step without variables", () => {
  for (const job of Object.values(JOBS)) {
    const steps = stepsOf(job);
    const kinds = steps.map(({ uses, run }) => String(uses ?? run).replace(/@[0-9a-f]{40}$/, ""));
    const order = ["actions/setup-node", INSTALL, "actions/checkout"];
    expect(kinds.slice(0, 3)).toEqual(order);
    expect(kinds.slice(3).filter((kind) => order.includes(kind))).toEqual([]);
    expect(steps[1]).toEqual({ run: INSTALL });
  }
});

test("says in a pull request without secrets why it has no plan", () => {
  const [notice] = stepsOf(JOBS["validate"]).filter(({ run }) => String(run).startsWith("echo"));
  expect(notice?.["if"]).toBe(`!(${String(object(JOBS["plan"])["if"])})`);
  expect(notice?.["run"]).toContain("::notice::No plan is shown");
});

test("pins every action by commit and leaves no credentials in the checkout", () => {
  const used = STEPS.filter(({ uses }) => uses !== undefined);
  expect(used).toHaveLength(12);
  for (const { uses } of used) expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
  const checkouts = used.filter(({ uses }) => String(uses).startsWith("actions/checkout@"));
  expect(checkouts).toHaveLength(6);
  for (const step of checkouts) expect(step["with"]).toEqual({ "persist-credentials": false });
});

test("shows the token only to steps that run cometkeys, and never to validate", () => {
  const seeing = STEPS.filter((step) => JSON.stringify(step).includes("{ secrets."));
  expect(seeing).toHaveLength(5);
  for (const step of seeing) expect(String(step["run"]).startsWith(PROGRAM)).toBe(true);
  for (const job of Object.values(JOBS)) expect(object(job)["env"]).toBeUndefined();
  expect(WORKFLOW["env"]).toBeUndefined();
  expect(TEXT.match(/\{ secrets\./g)).toHaveLength(5);
  expect(JSON.stringify(JOBS["validate"])).not.toContain("{ secrets.");
});

test("takes the allowed places from a variable wherever a plan is made, and never from the repository", () => {
  const allowed = "${{ vars.COMETKEYS_ALLOW_SINKS }}";
  for (const { run, env } of STEPS) {
    const plans = String(run).startsWith(PROGRAM) && !String(run).includes(" validate ");
    const given = env === undefined ? undefined : object(env)["COMETKEYS_ALLOW_SINKS"];
    expect([run, given]).toEqual([run, plans ? allowed : undefined]);
  }
});

test("plans only where the secret can be, and applies only behind the environment", () => {
  expect(object(JOBS["plan"])["if"]).toContain(
    "github.event.pull_request.head.repo.full_name == github.repository",
  );
  expect(JOBS["apply"]).toMatchObject({ environment: "production" });
  expect(JOBS["apply-reviewed"]).toMatchObject({ needs: "review", environment: "production" });
});

test("applies what a merged pull request showed; by hand, what is reviewed anew", () => {
  const onDefault =
    "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)";
  expect(
    Object.fromEntries(Object.entries(JOBS).map(([name, job]) => [name, object(job)["if"]])),
  ).toEqual({
    validate: "github.event_name == 'pull_request'",
    plan: expect.any(String),
    apply: `github.event_name == 'push' && ${onDefault}`,
    review: `github.event_name == 'workflow_dispatch' && ${onDefault}`,
    "apply-reviewed": "${{ !cancelled() && needs.review.outputs.has_changes == 'true' }}",
    drift: "github.event_name == 'schedule'",
  });
});

test("hands GITHUB_TOKEN only to the two steps that write or read the comment", () => {
  const steps = STEPS.filter((step) => JSON.stringify(step).includes("github.token"));
  expect(steps.map(({ run }) => String(run).slice(PROGRAM.length))).toEqual([
    "plan -f keys.yaml --comment",
    "apply -f keys.yaml --expect-comment --comment",
  ]);
});

test("with a policy, every command but the notice is held to it, and a change of it starts a run", () => {
  const text = githubWorkflow({ file: "keys.yaml", version: "1.2.3", policy: true });
  const bare = text
    .replaceAll(" --policy policy.yaml", "")
    .replaceAll("[keys.yaml, policy.yaml", "[keys.yaml");
  expect(bare).toBe(TEXT);
  expect(text.match(/-f keys\.yaml --policy policy\.yaml/g)).toHaveLength(6);
  expect(text.match(/-f keys\.yaml(?! --policy)/g)).toBeNull();
  const on = object(object(parse(text))["on"]);
  expect(on["push"]).toMatchObject({ paths: ["keys.yaml", "policy.yaml"] });
});

describe("with the action", () => {
  const ACTION = `acme/cometkeys@${"a".repeat(40)}`;
  const options = { file: "keys.yaml", version: "1.2.3", policy: true, action: ACTION };
  const text = githubWorkflow(options);
  const steps = Object.values(object(object(parse(text))["jobs"])).flatMap(stepsOf);
  const uses = steps.filter(({ uses: action }) => action === ACTION);

  test("is as recorded, and fits the published schema", () => {
    expectGolden(join(import.meta.dirname, "../../fixtures/init/github-action-workflow.yml"), text);
    const validate = publishedSchema("github-workflow.json");
    expect(validate(parse(text)) ? [] : validate.errors).toEqual([]);
  });

  test("gives each command what the workflow with the package gives it", () => {
    const more = { files: "keys.yaml", policies: "policy.yaml" };
    expect(uses.map((step) => step["with"])).toEqual([
      { command: "validate", ...more },
      { command: "plan", ...more, comment: true },
      { command: "apply", ...more, "require-reviewed-plan": true, comment: true },
      { command: "plan", ...more },
      { command: "apply", ...more, digest: "${{ needs.review.outputs.digest }}" },
      { command: "drift", ...more, args: "--fail-on-expiring=14d" },
    ]);
    const declared = object(object(parse(readFileSync("action.yml", "utf8")))["inputs"]);
    const given = uses.flatMap((step) => Object.keys(object(step["with"])));
    expect(given.filter((name) => !(name in declared))).toEqual([]);
  });

  test("hands out the same secrets, and installs nothing", () => {
    const secrets = (list: readonly JsonObject[]) =>
      list.flatMap(({ env = {} }) => Object.keys(object(env)).filter((name) => name !== "DIGEST"));
    expect(secrets(steps)).toEqual(secrets(STEPS));
    expect(text).not.toContain("npm");
    expect(steps.flatMap(({ run = [] }) => run)).toEqual([
      expect.stringMatching(/^echo "::notice/),
    ]);
  });
});
