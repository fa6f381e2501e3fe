import { PLAIN } from "../../src/render/view.ts";
import type { Io } from "../../src/run/io.ts";
import { createRedactor } from "../../src/run/redact.ts";

/** The outside world of a command run inside the test: a terminal with a person at it. */
export interface FakeIo extends Io {
  readonly written: () => { readonly stdout: string; readonly stderr: string };
  readonly questions: readonly string[];
}

/** Network, files and time are real; `answer` is what the person says to a question. */
export function fakeTerminal(
  env: Readonly<Record<string, string>>,
  answer: () => string | Promise<string>,
): FakeIo {
  const out: string[] = [];
  const err: string[] = [];
  const questions: string[] = [];
  return {
    env,
    stdout: async (text) => {
      out.push(text);
      return true;
    },
    stderr: (text) => void err.push(text),
    stderrTaken: async () => {},
    unredacted: (text) => void err.push(text),
    view: { stdout: PLAIN, stderr: PLAIN },
    interactive: () => true,
    liveProgress: () => true,
    ask: async (question) => {
      questions.push(question);
      return answer();
    },
    fetch: (input, init) => globalThis.fetch(input, init),
    clock: {
      now: () => performance.now(),
      wall: Date.now,
      timer: (ms, fire) => {
        const timer = setTimeout(fire, ms);
        return () => clearTimeout(timer);
      },
    },
    deadlineAt: performance.now() + 900_000,
    random: () => 0.5,
    redactor: createRedactor(),
    onSignal: () => () => {},
    written: () => ({ stdout: out.join(""), stderr: err.join("") }),
    questions,
  };
}
