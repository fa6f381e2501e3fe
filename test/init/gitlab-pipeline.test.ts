import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { gitlabPipeline } from "../../src/init/templates.ts";
import { expectGolden } from "../support/golden.ts";
import { object, publishedSchema } from "../support/published-schema.ts";

const TEXT = gitlabPipeline({ file: "keys.yaml", version: "1.2.3" });
const PIPELINE = object(parse(TEXT));

test("is as recorded", () => {
  expectGolden(join(import.meta.dirname, "../../fixtures/init/gitlab-ci.yml"), TEXT);
  expect(TEXT).toContain("cometkeys@1.2.3");
});

test("fits the published schema, which refuses a misspelled pipeline", () => {
  const validate = publishedSchema("gitlab-ci.json");
  expect(validate(PIPELINE) ? [] : validate.errors).toEqual([]);
  const drift = { ...object(PIPELINE["cometkeys drift"]), when: "sometimes" };
  expect(validate({ ...PIPELINE, "cometkeys drift": drift })).toBe(false);
});

test("applies the saved plan, one at a time, behind the environment, and is never cancelled", () => {
  expect(PIPELINE["cometkeys apply"]).toMatchObject({
    needs: ["cometkeys review"],
    environment: "production",
    resource_group: "cometkeys-keys.yaml-production",
    interruptible: false,
    script: ["npx --yes cometkeys@1.2.3 apply cometkeys-plan.json"],
  });
});

test("plans only merge requests of the project itself; drift waits for its schedule", () => {
  expect(JSON.stringify(PIPELINE["cometkeys plan"])).toContain(
    "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID",
  );
  expect(PIPELINE["cometkeys drift"]).toMatchObject({
    rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule" && $COMETKEYS_DRIFT' }],
  });
});
