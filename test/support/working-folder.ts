import { afterEach } from "vitest";

const home = process.cwd();

afterEach(() => {
  process.chdir(home);
});

/** Makes a folder the working directory until the end of the test. */
export function workIn(folder: string): void {
  process.chdir(folder);
}
