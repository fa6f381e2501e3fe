import { afterEach } from "vitest";
import { startGitHubStub, type GitHubStub, type StubOptions } from "./github-stub.ts";

const stubs: GitHubStub[] = [];

afterEach(async () => {
  await Promise.all(stubs.splice(0).map((stub) => stub.close()));
});

/** A stub of GitHub that is closed when the test is done. */
export async function github(options: StubOptions = {}): Promise<GitHubStub> {
  const stub = await startGitHubStub(options);
  stubs.push(stub);
  return stub;
}
