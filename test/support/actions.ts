import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GitHubStub } from "./github-stub.ts";
import { tempFolder } from "./temp-folder.ts";

/** A job of GitHub Actions: the environment it runs in and the files it leaves behind. */
export interface Job {
  readonly env: Readonly<Record<string, string>>;
  readonly summary: () => string;
  /** The outputs of the step; a later line of a name wins. */
  readonly outputs: () => Readonly<Record<string, string>>;
}

/** A job of the stub's repository; with a pull request number, it runs for that one. `sha` is its commit. */
export function actionsJob(
  github: GitHubStub,
  pullRequest?: number,
  more: { readonly fork?: boolean; readonly sha?: string } = {},
): Job {
  const folder = tempFolder();
  const summary = join(folder, "summary.md");
  const output = join(folder, "output");
  const event = join(folder, "event.json");
  const head = more.fork === true ? "stranger/keys" : github.repository;
  writeFileSync(
    event,
    JSON.stringify({
      pull_request: {
        number: pullRequest,
        head: { repo: { full_name: head } },
        base: { repo: { full_name: github.repository } },
      },
    }),
  );
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  };
  return {
    env: {
      GITHUB_ACTIONS: "true",
      CI: "true",
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_TOKEN: github.token,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: output,
      ...(more.sha === undefined ? {} : { GITHUB_SHA: more.sha }),
      ...(pullRequest === undefined ? {} : { GITHUB_EVENT_PATH: event }),
    },
    summary: () => read(summary),
    outputs: () =>
      Object.fromEntries(
        read(output)
          .split("\n")
          .filter((line) => line.includes("="))
          .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
  };
}
