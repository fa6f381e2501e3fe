import { existsSync, readFileSync } from "node:fs";
import { afterTest } from "./after-test.ts";

/** For a shell: leaves its number in the file `ready` of a folder, and never ends by itself. */
export function hangs(folder: string): string {
  return `echo $$ >${folder}/pid; mv ${folder}/pid ${folder}/ready; while :; do sleep 1; done`;
}

/** Resolves once a file is there that a program makes. */
export async function made(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether a process has ended; where nobody collects what is left of it, that counts as ended. */
export async function gone(pid: string): Promise<boolean> {
  for (;;) {
    try {
      process.kill(Number(pid), 0);
      if (readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The number of a process that ends with its test, if it did not before. */
export function pidIn(path: string): string {
  const pid = readFileSync(path, "utf8").trim();
  // 0 would be the tests themselves.
  if (!/^[1-9]\d*$/.test(pid)) throw new Error(`${path}: no number of a process`);
  afterTest(() => {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended.
    }
  });
  return pid;
}
