type Act = () => unknown;

const tests: Act[] = [];
const files: Act[] = [];

/** Has something done when the present test has ended. */
export function afterTest(act: Act): void {
  tests.push(act);
}

/** Has something done when the present test file has ended. */
export function afterFile(act: Act): void {
  files.push(act);
}

export async function endTest(): Promise<void> {
  await Promise.all(tests.splice(0).map((act) => act()));
}

export async function endFile(): Promise<void> {
  await Promise.all(files.splice(0).map((act) => act()));
}
