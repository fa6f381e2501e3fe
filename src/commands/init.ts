import { dirname, join, relative, resolve, sep } from "node:path";
import keysSchema from "../../schemas/keys.schema.json" with { type: "json" };
import { keysFileFromLive, tooLargeForFile, type KeysFile } from "../init/keys-file.ts";
import {
  findExisting,
  isFile,
  repositoryRoot,
  writeNewFiles,
  type NewFile,
} from "../init/new-files.ts";
import { unfitForPipeline } from "../init/pipeline-fit.ts";
import {
  GITHUB_WORKFLOW_FILE,
  githubWorkflow,
  GITLAB_PIPELINE_FILE,
  gitlabPipeline,
  POLICY_FILE,
  SCHEMA_FILE,
  STARTER_FILE,
  STARTER_POLICY,
} from "../init/templates.ts";
import { exitOf, problem, type Diagnostic } from "../model/diagnostic.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { err, ok, type Result } from "../model/result.ts";
import { escapeTerminal } from "../render/escape.ts";
import { document } from "../render/json.ts";
import type { Io } from "../run/io.ts";
import { serverOptions, type FlagsOf, type NewCommand } from "../run/options.ts";
import { readLiveKeys } from "../run/live-keys.ts";
import { createPaths, folderLeaving } from "../run/paths.ts";
import { readFileWhole } from "../run/read-file.ts";
import { finish, reportDiagnostics } from "../run/report.ts";
import { untilStoppedAtPause } from "../run/stop.ts";

export function initCommand(command: NewCommand) {
  return serverOptions(command.description("write a first file, and the CI workflow if asked to"))
    .option("-f, --file <path>", "the file to write (default: keys.yaml)")
    .option("--from-live", "describe the keys the account has now")
    .option("--github", "also write a workflow for GitHub Actions")
    .option("--action <owner/repo@commit>", "have that workflow use the action, not the package")
    .option("--gitlab", "also write jobs for GitLab CI")
    .option("--policy", "also write a first policy");
}

type InitFlags = FlagsOf<typeof initCommand>;

interface Targets {
  readonly keysFile: string;
  /** The other files to write. The schema is none of them where the same one is there already. */
  readonly others: readonly NewFile[];
}

/** What the keys file is to hold; `notes` say what it leaves out. */
type Content = Pick<KeysFile, "text" | "notes"> & Partial<KeysFile>;

/**
 * `cometkeys init`: writes a keys file with its schema beside it, and the workflow on request. All
 * files or none; nothing that is there is overwritten. A keys file that is there already is kept
 * where a workflow or a policy for it is asked for. With `--from-live` the file describes the account as it is.
 *
 * @param version The exact version a workflow is to run.
 */
export async function runInit(flags: InitFlags, io: Io, version: string): Promise<ExitCode> {
  if (flags.file !== undefined) io.redactor.keep(flags.file);
  const targets = await findTargets(flags, version);
  if (!targets.ok) return fail([targets.error], io);
  const { keysFile, others } = targets.value;
  const leaving = await leavesTree(flags, [keysFile, ...others.map(({ path }) => path)]);
  if (leaving !== undefined) return fail([leaving], io);
  const forMore = flags.github === true || flags.gitlab === true || flags.policy === true;
  const kept = forMore && !flags.fromLive && (await isFile(keysFile));
  const wanted = others.map(({ path }) => path);
  const existing = await findExisting(kept ? wanted : [keysFile, ...wanted], named(keysFile));
  if (existing.length > 0) return fail(existing, io);
  if (kept) return write(targets.value, undefined, flags, io);
  if (!flags.fromLive) return write(targets.value, { text: STARTER_FILE, notes: [] }, flags, io);
  const { account, codes } = await readLiveKeys(flags, io);
  if (!account.ok) return fail(account.error, io, codes);
  const { keys, now } = account.value;
  const tooLarge = tooLargeForFile(keys);
  if (tooLarge !== undefined) return fail([tooLarge], io, codes);
  const { holds: holdsSecret } = io.redactor;
  const read = await untilStoppedAtPause(io, (pause) =>
    keysFileFromLive(keys, now, holdsSecret, pause),
  );
  if (!read.ok) return fail([read.error], io, codes);
  return write(targets.value, read.value, flags, io);
}

async function findTargets(
  { file = "keys.yaml", github = false, gitlab = false, policy = false, action }: InitFlags,
  version: string,
): Promise<Result<Targets, Diagnostic>> {
  const schema = { path: join(dirname(file), SCHEMA_FILE), text: document(keysSchema) };
  // A second keys file in a folder shares the schema of the first.
  const isThere = (await isFile(schema.path)) && (await holds(schema.path, schema.text));
  const keepsPolicy = (github || gitlab) && (await isFile(POLICY_FILE));
  const others = [
    ...(isThere ? [] : [schema]),
    ...(policy && !keepsPolicy ? [{ path: POLICY_FILE, text: STARTER_POLICY }] : []),
  ];
  if (action !== undefined && !github) {
    return err(problem("usage", "--action needs --github", "give both, or neither"));
  }
  if (!github && !gitlab) return ok({ keysFile: file, others });

  const fromRoot = relative(".", resolve(file)).split(sep).join("/");
  const unfit = unfitForPipeline({ file, fromRoot, action });
  if (unfit !== undefined) return err(unfit);
  const options = { file: fromRoot, version, policy };
  const used = action === undefined ? options : { ...options, action };
  const workflow = { path: GITHUB_WORKFLOW_FILE, text: githubWorkflow(used) };
  const pipeline = { path: GITLAB_PIPELINE_FILE, text: gitlabPipeline(options) };
  return ok({
    keysFile: file,
    others: [...others, ...(github ? [workflow] : []), ...(gitlab ? [pipeline] : [])],
  });
}

/**
 * A pipeline belongs to the repository with what it reads. A link in it must not have files written
 * elsewhere, where nobody asked for them and another repository may run them.
 */
async function leavesTree(
  { github, gitlab }: InitFlags,
  paths: readonly string[],
): Promise<Diagnostic | undefined> {
  if (github !== true && gitlab !== true) return undefined;
  for (const path of paths) {
    const folder = await folderLeaving(path);
    if (folder === undefined) continue;
    const message = `${path} would be written outside of this tree, for ${folder} is a link; nothing was written`;
    return problem("output-unwritable", message, `replace ${folder} by a folder of its own`);
  }
  return undefined;
}

async function holds(path: string, text: string): Promise<boolean> {
  const wanted = Buffer.from(text);
  const found = await readFileWhole(path, wanted.length, createPaths());
  return found.ok && wanted.equals(found.value);
}

async function write(
  { keysFile, others }: Targets,
  /** `undefined` where the keys file stays as it is. */
  content: Content | undefined,
  flags: InitFlags,
  io: Io,
): Promise<ExitCode> {
  // No secret is in the text by construction; the guard of the output has the last word here too.
  const own = content && { path: keysFile, text: io.redactor.clean(content.text) };
  const problems = await writeNewFiles(
    own === undefined ? others : [own, ...others],
    named(keysFile),
  );
  if (problems.length > 0) return fail(problems, io);
  const notes = [...(content?.notes ?? []), ...(await outsideRoot(flags))];
  reportDiagnostics(notes, io, flags.quiet);
  const keepsPolicy = flags.policy === true && !others.some(({ path }) => path === POLICY_FILE);
  const written = [
    keysFileLine(keysFile, content),
    ...(keepsPolicy ? [`${POLICY_FILE} is there already, kept`] : []),
    ...others.map(({ path }) => `Wrote ${path}`),
  ];
  const lines = [...written, "", ...nextSteps(flags, content)].map(escapeTerminal);
  return finish(io, `${lines.join("\n")}\n`, []);
}

function named(keysFile: string) {
  return { path: keysFile, flag: "--file" };
}

/**
 * A warning when a pipeline was written into a subfolder of a git repository: GitHub and GitLab
 * look for it, and run it, in the root only.
 */
async function outsideRoot({ github, gitlab }: InitFlags): Promise<readonly Diagnostic[]> {
  if (github !== true && gitlab !== true) return [];
  const here = resolve(".");
  const root = await repositoryRoot(here);
  if (root === undefined || root === here) return [];
  const above = relative(here, root);
  const facts = [
    ...(github ? ["GitHub reads workflows only there"] : []),
    ...(gitlab ? ["GitLab takes included paths from there"] : []),
  ];
  const message = `this folder is not the root of its git repository, which is ${above}: ${facts.join(", and ")}`;
  const fix = `run init in ${above} and name the keys file with --file`;
  return [{ ...problem("usage", message, fix), severity: "warning" }];
}

function keysFileLine(path: string, content: Content | undefined): string {
  if (content === undefined) return `${path} is there already, kept`;
  const { keys } = content;
  return `Wrote ${path}${keys === undefined ? "" : `: ${keys} ${keys === 1 ? "key" : "keys"}`}`;
}

/** What is left for a person to do, a line each. */
function nextSteps(
  { file, github, gitlab, policy }: InitFlags,
  content: Content | undefined,
): readonly string[] {
  const own = policy ? ` --policy ${POLICY_FILE}` : "";
  const option = `${file === undefined ? "" : ` -f ${file}`}${own}`;
  const isStarter = content?.text === STARTER_FILE;
  const steps = [
    ...(policy ? [`make the rules in ${POLICY_FILE} your own`] : []),
    ...(isStarter ? [`write your keys, and check them: cometkeys validate${option}`] : []),
    `with COMETAPI_ACCESS_TOKEN set, compare the file with the account: cometkeys plan${option}`,
  ];
  if (github) {
    steps.push(
      "on GitHub, add the secret COMETAPI_ACCESS_TOKEN, and required reviewers to the environment production if an apply is to wait for them",
    );
  }
  if (gitlab) {
    steps.push(
      `on GitLab, include ${GITLAB_PIPELINE_FILE}, add the masked variable COMETAPI_ACCESS_TOKEN and a nightly schedule with COMETKEYS_DRIFT=1`,
    );
  }
  // A merge applies only what a pull request showed.
  steps.push(github ? "commit what was written, in a pull request" : "commit what was written");
  return ["Next:", ...steps.map((step, index) => `  ${index + 1}. ${step}`)];
}

function fail(
  problems: readonly Diagnostic[],
  io: Io,
  codes: readonly ExitCode[] = [],
): Promise<ExitCode> {
  reportDiagnostics(problems, io, false);
  return finish(io, undefined, [...codes, exitOf(problems)]);
}
