import { afterTest } from "./after-test.ts";

const home = process.cwd();

/** Makes a folder the working directory until the end of the test. */
export function workIn(folder: string): void {
  afterTest(() => process.chdir(home));
  process.chdir(folder);
}
