import { describe, expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { checkGithub, setSecret } from "../../src/deliver/github-sink.ts";
import { KEY, programOptions, programs } from "../support/sink-programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const SINK = { kind: "github", repository: "acme/api", secret: "COMET_KEY" } as const;
const SIGNAL = new AbortController().signal;

describe("delivery is `gh secret set` alone, with the value on stdin", () => {
  test.each([
    ["a repository's", SINK, []],
    ["an environment's", { ...SINK, environment: "my prod" }, ["--env", "my prod"]],
  ])("%s secret", async (_, sink, more) => {
    const gh = programs({ gh: "" });
    const set = await setSecret(sink, new Secret(KEY), programOptions({ path: gh.path }), SIGNAL);
    expect(set).toEqual({ ok: true, value: undefined });
    expect(gh.started()).toHaveLength(1);
    const [call] = gh.started();
    expect(call?.argv.slice(1)).toEqual([
      "secret",
      "set",
      "COMET_KEY",
      "--repo",
      "acme/api",
      ...more,
    ]);
    expect(call?.stdin).toBe(KEY);
  });

  test("what gh says of a failure is told", async () => {
    const { path } = programs({ gh: "echo 'HTTP 403: Resource not accessible' >&2; exit 1" });
    const set = await setSecret(SINK, new Secret(KEY), programOptions({ path }), SIGNAL);
    expect(set.ok ? "ok" : set.error.message).toBe(
      "gh secret set ended with exit code 1: HTTP 403: Resource not accessible",
    );
  });
});

describe("before it, `gh auth status` is asked and nothing else", () => {
  test("which says that an account is known", async () => {
    const { path, started } = programs({ gh: "" });
    expect(await checkGithub(programOptions({ path }))).toBeUndefined();
    expect(started().map(({ argv }) => argv.slice(1))).toEqual([["auth", "status"]]);
    expect(started()[0]?.stdin).toBe("");
  });

  test("or that none is", async () => {
    const { path } = programs({ gh: "echo 'You are not logged in' >&2; exit 1" });
    const refusal = await checkGithub(programOptions({ path }));
    expect(refusal?.message).toBe("gh auth status ended with exit code 1: You are not logged in");
    expect(refusal?.fix).toContain("GH_TOKEN");
  });

  test("without gh there is nothing to ask", async () => {
    const refusal = await checkGithub(programOptions({ path: tempFolder() }));
    expect(refusal?.message).toBe("gh was not found in PATH");
    expect(refusal?.fix).toContain("install");
  });
});
