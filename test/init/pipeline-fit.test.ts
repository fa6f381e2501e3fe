import { expect, test } from "vitest";
import { unfitForPipeline } from "../../src/init/pipeline-fit.ts";

const COMMIT = "a".repeat(40);

function said(file: string, action?: string): string | undefined {
  return unfitForPipeline({ file, fromRoot: file, action })?.message;
}

test.each([`owner/repo@${COMMIT}`, `Owner-1/the.repo_2@${COMMIT}`])("%s is an action", (action) => {
  expect(said("keys.yaml", action)).toBe(undefined);
});

test.each([`./x@${COMMIT}`, `../x@${COMMIT}`, "owner/repo@v1", `owner/repo/x@${COMMIT}`])(
  "%s is none of another repository, by a commit",
  (action) => {
    expect(said("keys.yaml", action)).toContain("not OWNER/REPO@COMMIT");
  },
);

test.each(["../keys.yaml", "a b.yaml", "keys.json", ".git/keys.yaml", "x/.GIT/keys.yaml"])(
  "the keys of a pipeline cannot be in %s",
  (file) => {
    expect(said(file)).toContain(`--file ${file}: `);
  },
);
