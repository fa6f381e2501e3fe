import { afterTest } from "./after-test.ts";
import { startGitHubStub, type GitHubStub, type StubOptions } from "./github-stub.ts";

/** A stub of GitHub that is closed when the test is done. */
export async function github(options: StubOptions = {}): Promise<GitHubStub> {
  const stub = await startGitHubStub(options);
  afterTest(() => stub.close());
  return stub;
}
