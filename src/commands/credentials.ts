import { readFile } from "node:fs/promises";
import type { Diagnostic } from "../model/diagnostic.ts";
import { err, ok, type Result } from "../model/result.ts";
import { Secret } from "../model/secret.ts";
import { problem } from "./problem.ts";

type Env = Readonly<Record<string, string | undefined>>;

const TOKEN_FIX =
  "create a personal access token in the console (Personal Settings) and put it, raw, into COMETAPI_ACCESS_TOKEN or a file named with --token-file";

/** The access token from `--token-file` or `COMETAPI_ACCESS_TOKEN`; never a flag's value. */
export async function readToken(
  tokenFile: string | undefined,
  env: Env,
): Promise<Result<Secret, Diagnostic>> {
  const read = await tokenText(tokenFile, env);
  if (!read.ok) return read;
  const { text, from } = read.value;
  const unfit = (message: string, fix = TOKEN_FIX): Result<never, Diagnostic> =>
    err(problem("credentials-unfit", `${from} ${message}`, fix));

  if (/^Bearer\s/i.test(text))
    return unfit("begins with Bearer", "the token goes raw, without Bearer");
  if (/^(["']).*\1$/.test(text)) return unfit("is in quotes", "write the token without quotes");
  if (text.startsWith("sk-")) {
    return unfit("holds a model key (sk-…); managing keys needs a personal access token");
  }
  // Anything else could not be sent in a header, or is a file with more than the token in it.
  if (!/^[\x21-\x7e]+$/.test(text)) return unfit("holds white space or characters no token has");
  return ok(new Secret(text));
}

async function tokenText(
  tokenFile: string | undefined,
  env: Env,
): Promise<Result<{ readonly text: string; readonly from: string }, Diagnostic>> {
  if (tokenFile === undefined) {
    const text = env["COMETAPI_ACCESS_TOKEN"]?.trim() ?? "";
    if (text !== "") return ok({ text, from: "COMETAPI_ACCESS_TOKEN" });
    const how = env["COMETAPI_ACCESS_TOKEN"] === undefined ? "not set" : "empty";
    const fork = "; in a pull request from a fork, secrets are not available: run `validate` there";
    return err(problem("credentials-missing", `COMETAPI_ACCESS_TOKEN is ${how}`, TOKEN_FIX + fork));
  }
  try {
    const text = (await readFile(tokenFile, "utf8")).trim();
    if (text !== "") return ok({ text, from: `the file of --token-file (${tokenFile})` });
    return err(problem("credentials-missing", `--token-file ${tokenFile} is empty`, TOKEN_FIX));
  } catch (error) {
    // Without the path: it may be the token itself, written where the name of its file belongs.
    const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    const fix = "give the path of a readable file that holds the token, never the token itself";
    return err(problem("credentials-missing", `--token-file cannot be read${reason}`, fix));
  }
}

/** `COMETAPI_USER_ID`, which some servers of the family want in a header. */
export function readUserId(env: Env): Result<number | undefined, Diagnostic> {
  const text = env["COMETAPI_USER_ID"]?.trim() ?? "";
  if (text === "") return ok(undefined);
  if (/^[1-9]\d{0,14}$/.test(text)) return ok(Number(text));
  return err(
    problem(
      "usage",
      "COMETAPI_USER_ID is not a number",
      "write the account's user id, such as 5678",
    ),
  );
}
