import { dirname, resolve, sep } from "node:path";
import { gitRootOf, isWithin } from "../deliver/ways.ts";
import { readGitHubContext } from "../github/context.ts";
import { commentMarker } from "../github/find-comment.ts";
import { reviewedDigest } from "../github/reviewed-digest.ts";
import { problem, type Diagnostic } from "../model/diagnostic.ts";
import type { PlanFile } from "../model/plan-file.ts";
import { err, ok, type Result } from "../model/result.ts";
import { sha256 } from "../model/sha256.ts";
import { digestOf } from "../plan/digest.ts";
import { DEFAULT_FILES } from "./inputs.ts";
import type { Io } from "./io.ts";
import type { ApplyFlags } from "./options.ts";
import { createPaths, realTreeOf, type Paths } from "./paths.ts";
import { faultOf, OWN_STREAM, readRunnersFile } from "./read-file.ts";
import { unreadable } from "./read-source.ts";

/** What somebody reviewed and said yes to: a digest alone, or a saved plan. */
export type Review =
  | {
      readonly kind: "digest";
      readonly digest: string;
      /** The hashes of the changes that were reviewed: what is left of them is reviewed too. */
      readonly hashes?: readonly string[];
      /** What to do when the plan has become another one. */
      readonly again?: string;
    }
  | { readonly kind: "plan"; readonly plan: PlanFile };

/** On whose word an apply writes. */
export interface Approval {
  /** The flags, with those a saved plan records filled in. */
  readonly flags: ApplyFlags;
  readonly review?: Review;
  /** Nobody is asked. */
  readonly nonInteractive: boolean;
}

/**
 * Finds out what an apply may do without asking: everything (`--auto-approve`), what a digest
 * stands for (`--expect`, `--expect-comment`), or what a saved plan holds. Otherwise a person is
 * asked, if one is there.
 */
export async function readApproval(
  flags: ApplyFlags,
  planPath: string | undefined,
  io: Io,
): Promise<Result<Approval, readonly Diagnostic[]>> {
  if (flags.expectComment) return approvalFromComment(flags, planPath, io);
  if (flags.comment) {
    // Below another plan than the one that was applied, an outcome would tell of changes nobody made.
    const message =
      "--comment adds an outcome to the plan that --expect-comment takes from a comment";
    return err([problem("usage", message, "give --expect-comment too, or leave --comment out")]);
  }
  if (planPath !== undefined) return approvalFromPlanFile(flags, planPath);
  if (flags.expect !== undefined) {
    if (!/^sha256:[0-9a-f]{64}$/.test(flags.expect)) {
      const fix = "copy the whole `Digest: sha256:…` of the reviewed plan";
      return err([problem("usage", "--expect: not a digest", fix)]);
    }
    io.redactor.keep(flags.expect);
    return ok({ flags, review: { kind: "digest", digest: flags.expect }, nonInteractive: true });
  }
  if (flags.autoApprove) return ok({ flags, nonInteractive: true });
  if (io.interactive()) return ok({ flags, nonInteractive: false });
  return err([
    problem(
      "confirmation-missing",
      "there is no terminal to ask on",
      "review the output of `cometkeys plan`, then run apply with a saved plan, --expect DIGEST or --auto-approve",
    ),
  ]);
}

async function approvalFromComment(
  flags: ApplyFlags,
  planPath: string | undefined,
  io: Io,
): Promise<Result<Approval, readonly Diagnostic[]>> {
  if (planPath !== undefined || flags.expect !== undefined || flags.autoApprove) {
    const message = "--expect-comment goes with neither a saved plan, --expect nor --auto-approve";
    return err([problem("usage", message, "say in one way only what may be applied")]);
  }
  const review = await reviewInComment(flags, io);
  return review.ok
    ? ok({ flags, review: review.value, nonInteractive: true })
    : err([review.error]);
}

const AGAIN =
  "run the workflow by hand, where the plan is reviewed anew, or apply with --expect DIGEST";

/**
 * `--expect-comment`: what was reviewed is what the comment of `plan --comment` showed on the pull
 * request that was merged. When that cannot be told, nothing was reviewed.
 */
async function reviewInComment(flags: ApplyFlags, io: Io): Promise<Result<Review, Diagnostic>> {
  const context = await readGitHubContext(io.env, readRunnersFile);
  if (context === undefined) {
    const message = "--expect-comment works in GitHub Actions only";
    return err(problem("usage", message, "apply with --expect DIGEST, or with a saved plan"));
  }
  if (context.token !== undefined) io.redactor.add(context.token.reveal());
  const marker = commentMarker(flags.file ?? DEFAULT_FILES, flags.environment);
  const read = await reviewedDigest({ context, marker, fetch: io.fetch });
  const untold = (why: string): Result<never, Diagnostic> =>
    err(problem("not-as-reviewed", `what was reviewed cannot be told: ${why}`, AGAIN));
  if (!read.ok) return untold(read.error.message);
  const { digest, hashes } = read.value;
  // Nobody sees the hashes, so they must be those of the digest that everybody saw.
  if (hashes !== undefined && digestOf(hashes, sha256) !== digest) {
    return untold(
      "the digest in the comment is not that of its hashes, so somebody edited one of them",
    );
  }
  io.redactor.keep(digest);
  return ok({ kind: "digest", ...read.value, again: AGAIN });
}

async function approvalFromPlanFile(
  flags: ApplyFlags,
  path: string,
): Promise<Result<Approval, readonly Diagnostic[]>> {
  const prunes =
    flags.prune || flags.pruneDisable || flags.pruneUsed || flags.maxDeletes !== undefined;
  if (flags.only !== undefined || flags.createOnly || flags.expect !== undefined || prunes) {
    const message = "a saved plan holds its own --only, --create-only, --prune and digest";
    return err([problem("usage", message, "leave these flags out, or plan again with them")]);
  }
  const { loadPlanFile } = await import("./plan-file.ts");
  const plan = await loadPlanFile(path);
  if (!plan.ok) return err([plan.error]);
  const { files, options } = plan.value;
  const paths = createPaths();
  const realOf = (file: string): Promise<string | undefined> =>
    paths.realOf(file).catch(() => undefined);
  const { policy: named = [] } = flags;
  const reals = await Promise.all(named.map(realOf));
  const recorded = await Promise.all((options.policies ?? []).map(realOf));
  // A pipe leads nowhere: where two do, they need not be one.
  const policies = (options.policies ?? []).filter((file, at) => {
    const real = recorded[at];
    return !named.includes(file) && (real === undefined || !reals.includes(real));
  });
  const read = [...(flags.file === undefined ? files : []), ...policies];
  const strange = await outsideOf(path, read, paths);
  if (strange !== undefined) return err([strange]);
  const review = { kind: "plan", plan: plan.value } as const;
  return ok({ flags: withOptions(flags, plan.value), review, nonInteractive: true });
}

/**
 * A plan may come from elsewhere, and names files whose text a message can show: only those of this
 * folder's tree or of the plan's own are read for it.
 */
async function outsideOf(
  path: string,
  files: readonly string[],
  { realOf }: Paths,
): Promise<Diagnostic | undefined> {
  const strange = (file: string): Diagnostic => {
    const message = `the plan ${path} names ${file}, which is neither in this folder's tree nor in the plan's`;
    return problem(
      "plan-file-invalid",
      message,
      "name the file with -f, or with --policy, where that is meant",
    );
  };
  // What is piped in lies in no tree.
  const own = OWN_STREAM.test(path) ? undefined : dirname(path);
  // Below a folder that is no checkout, all sorts of files lie: of a plan in one, they are none of its business.
  const isOutside = own !== undefined && (await isCheckout(own)) && !(await isCheckout("."));
  const places = [...(isOutside ? [] : ["."]), ...(own === undefined ? [] : [own])];
  const trees = (await Promise.all(places.map(realTreeOf)))
    // A job may be started in `/`: all that there is lies below it.
    .filter((tree) => tree !== dirname(tree));
  for (const file of new Set(files)) {
    if (OWN_STREAM.test(file)) return strange(file);
    try {
      const real = await realOf(file);
      // What git keeps for itself is none of the tree, and may hold credentials.
      if (real.split(sep).includes(".git")) return strange(file);
      if (!trees.some((tree) => isWithin(tree, real))) return strange(file);
    } catch (error) {
      return unreadable(file, faultOf(error));
    }
  }
  return undefined;
}

async function isCheckout(folder: string): Promise<boolean> {
  return (await gitRootOf(resolve(folder))) !== undefined;
}

/** The recorded options, so that the fresh plan is made like the reviewed one; guards only add up. */
function withOptions(flags: ApplyFlags, { files, options }: PlanFile): ApplyFlags {
  const maxKeys = lowest(flags.maxKeys, options.max_keys?.toString());
  const { prune } = options;
  const protect = [...(flags.protect ?? []), ...(prune?.protect ?? [])];
  return {
    ...flags,
    file: flags.file ?? files,
    createOnly: options.create_only,
    denyWidening: options.deny_widening || (flags.denyWidening ?? false),
    ...(options.only.length === 0 ? {} : { only: options.only }),
    ...(prune === undefined
      ? {}
      : {
          ...(prune.by === "delete" ? { prune: true } : { pruneDisable: true }),
          maxDeletes: String(prune.max_deletes),
          pruneUsed: prune.used,
          protect,
        }),
    policy: [...(flags.policy ?? []), ...(options.policies ?? [])],
    ...(maxKeys === undefined ? {} : { maxKeys }),
  };
}

/** What is not a number stays, so that it is told. */
function lowest(asked: string | undefined, recorded: string | undefined): string | undefined {
  if (asked === undefined || recorded === undefined) return asked ?? recorded;
  return Number(recorded) < Number(asked) ? recorded : asked;
}
