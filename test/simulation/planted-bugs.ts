/** A mistake made on purpose, as a change of the real source's text. */
export interface PlantedBug {
  readonly name: string;
  readonly patches: readonly {
    readonly file: string;
    /** Must be there exactly once. */
    readonly find: string;
    readonly replace: string;
  }[];
}

function bug(name: string, file: string, find: string, replace: string): PlantedBug {
  return { name, patches: [{ file, find, replace }] };
}

/** The simulation must find each of these; one that it misses shows what it does not watch. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  // Creating: the list a POST rests on.
  bug(
    "old-list-trusted",
    "src/apply/fresh-list.ts",
    "if (now - newest.sentAt <= halfMs) return true;",
    "if (now > 0) return true;",
  ),
  bug(
    "age-from-the-answer",
    "src/apply/fresh-list.ts",
    "if (now - newest.sentAt <= halfMs) return true;",
    "if (now - readAt <= halfMs) return true;",
  ),
  bug(
    "slow-list-after-a-limit",
    "src/apply/fresh-list.ts",
    "return !isPaused && limitedAt < readAt && now - readAt <= halfMs;",
    "return limitedAt < Infinity;",
  ),
  bug(
    "shown-name-posted",
    "src/apply/fresh-list.ts",
    "shows: (name) => records.of(name).length > 0,",
    "shows: (name) => records.of(name).length > 0 && name === undefined,",
  ),
  bug(
    "renamed-key-overlooked",
    "src/apply/find-created.ts",
    "return keys.filter((key) => known.get(key.id) !== key.name);",
    "return keys.filter((key) => !known.has(key.id));",
  ),
  bug(
    "one-page-relist",
    "src/api/newest-pages.ts",
    "if (whole || addsUp || lowest <= floor) {",
    "if (whole || addsUp || lowest <= floor || number > 0) {",
  ),
  // Creating: repeats, looks, doubts.
  bug(
    "blind-retry",
    "src/apply/post-creates.ts",
    '    if (answer.kind !== "paused") return',
    `    if (answer.kind === "unknown" && unopened < 1) {
      unopened = 1;
      continue;
    }
    if (answer.kind !== "paused") return`,
  ),
  bug("no-three-looks", "src/apply/decide-create.ts", "[1_000, 2_000, 4_000]", "[10]"),
  bug(
    "accepted-posted-again",
    "src/apply/decide-create.ts",
    'return posts.length === 1 && answerOf(attempt)?.kind === "unknown" && isTaken !== true;',
    "return posts.length === 1 && isTaken !== true;",
  ),
  bug(
    "taken-name-repeated",
    "src/apply/create-state.ts",
    "return posts.has(name) ? { ...attempt, isTaken: true } : attempt;",
    "return attempt;",
  ),
  bug(
    "no-settle-look",
    "src/apply/doubt.ts",
    "return lookedAt !== undefined && lookedAt >= doubtAt + settleMs;",
    "return lookedAt !== undefined && doubtAt > settleMs * 0;",
  ),
  bug(
    "repeat-not-settled",
    "src/apply/doubt.ts",
    'answer.kind === "unknown" || slow || index > 0 ||',
    'answer.kind === "unknown" || slow ||',
  ),
  bug(
    "slow-answer-not-doubted",
    "src/apply/doubt.ts",
    'answer.kind === "unknown" || slow || index > 0 ||',
    'answer.kind === "unknown" || index > 0 ||',
  ),
  bug(
    "lag-not-doubted",
    "src/apply/create-state.ts",
    "      const lags = state.lags || seen.lags || late;",
    "      const lags = state.lags && (seen.lags || late);",
  ),
  bug(
    "first-answer-overwritten",
    "src/apply/classify-create.ts",
    'return repeats.find(({ answer }) => answer.kind === "accepted")?.answer ?? first?.answer;',
    "return repeats.at(-1)?.answer ?? first?.answer;",
  ),
  bug(
    "failed-settle-look-believed",
    "src/apply/end-create.ts",
    "if (id !== undefined && !several && (isOpen || isUnsettled(attempt, state, rules))) {",
    "if (id !== undefined && several && (isOpen || isUnsettled(attempt, state, rules))) {",
  ),
  bug(
    "second-key-in-a-later-list",
    "src/apply/late-duplicates.ts",
    "if (!isNamed(one) || keys.length < 2) return undefined;",
    "if (!isNamed(one) || keys.length > 0) return undefined;",
  ),
  // Listing.
  bug(
    "one-page-look",
    "src/api/newest-pages.ts",
    "if (whole || keys.some((key) => key.id <= floor)) {",
    "if (whole || keys.length > 0) {",
  ),
  {
    name: "short-page-trusted",
    patches: [
      {
        file: "src/api/list.ts",
        find: "const count = Math.max(1, Math.ceil(total / pageSize));",
        replace: "const count = first.value.keys.length < 100 ? 1 : Math.ceil(total / pageSize);",
      },
      {
        file: "src/api/list.ts",
        find: 'if (keys === undefined || keys.length !== total) return "unstable";',
        replace: 'if (keys === undefined) return "unstable";',
      },
      {
        file: "src/api/list.ts",
        find: "confirmed: pages.length === 1 && keys.length < pageSize,",
        replace: "confirmed: true,",
      },
    ],
  },
  // Duplicates.
  {
    name: "no-duplicate-removal",
    patches: [
      {
        file: "src/apply/decide-create.ts",
        find: "state.removalRounds < REMOVE_ROUNDS",
        replace: "state.removalRounds < 0",
      },
    ],
  },
  {
    name: "used-record-removed",
    patches: [
      { file: "src/apply/surviving-record.ts", find: "    isUnused(key) &&\n", replace: "" },
      { file: "src/apply/create-keys.ts", find: "isUnused(live) && ", replace: "" },
    ],
  },
  bug(
    "newest-survives",
    "src/apply/surviving-record.ts",
    "return a.created_time - b.created_time || a.id - b.id;",
    "return b.created_time - a.created_time || b.id - a.id;",
  ),
  bug(
    "altered-name-without-its-id",
    "src/apply/end-create.ts",
    "return alteredName(attempt, state, rules, context, records !== undefined) ?? shown.outcome;",
    "return alteredName(attempt, { ...state, found: new Map() }, rules, context) ?? shown.outcome;",
  ),
  // Updates and deletes.
  bug(
    "lagging-list-believed",
    "src/apply/delete-keys.ts",
    "if (open.length === 0) break;",
    "if (open.length >= 0) break;",
  ),
  bug(
    "stale-read-believed",
    "src/apply/decide-update.ts",
    "if (!isFresh && mayBeBehind(live, changes, last)) return settle",
    "if (!isFresh && mayBeBehind(live, changes, last) && now < 0) return settle",
  ),
  bug(
    "old-read-after-pause",
    "src/api/keys-api.ts",
    "!paused && waitedMs <= READ_KEEPS_MS",
    "waitedMs >= 0 || (!paused && waitedMs <= READ_KEEPS_MS)",
  ),
  bug(
    "enabled-in-full-put",
    "src/plan/record.ts",
    "    ...changed,\n",
    `    ...changed,
    ...(changes.length > replaced.length || live.status > 2 ? { status: 1 } : {}),\n`,
  ),
  bug(
    "short-status-body",
    "src/apply/decide-update.ts",
    "body: { ...updateBody(live, []), status: Number(status.after) }",
    "body: { id: live.id, status: Number(status.after) } as FullRecord",
  ),
  bug(
    "stale-quota",
    "src/apply/decide-update.ts",
    "const changes = compareKey({ name: change.name, fields: desired }, live, now);",
    `const changes = compareKey(
      { name: change.name, fields: desired },
      { ...live, used_quota: task.live.used_quota, remain_quota: task.live.remain_quota },
      now,
    );`,
  ),
  bug(
    "unknown-as-failed",
    "src/apply/outcomes.ts",
    'return ended("unknown", of, "outcome-unknown", message, id);',
    'return ended("failed", of, "change-failed", message, id);',
  ),
  bug(
    "delete-without-get",
    "src/apply/remove-key.ts",
    "const got = await context.api.get(expected.id);",
    "const got = { ok: true, value: expected } as Awaited<ReturnType<typeof context.api.get>>;",
  ),
  bug(
    "excess-not-taken-back",
    "src/apply/decide-update.ts",
    "if (takesBack) {",
    "if (takesBack) return end(done(change, live.id));\n  if (takesBack) {",
  ),
  bug(
    "negative-quota-sent",
    "src/plan/record.ts",
    "record.unlimited_quota ? record.remain_quota : Math.max(0, record.remain_quota)",
    "record.remain_quota",
  ),
  bug(
    "rename-overlooked",
    "src/apply/moved-since.ts",
    "if (!bearsName(task, live)) return `renamed to ${quoted(live.name)} since the plan was made`;",
    "",
  ),
  bug(
    "echo-trusted",
    "src/apply/update-key.ts",
    'if (answer.kind === "unknown") {\n      memory',
    `if (answer.kind === "accepted" && kind === "status")
      return done(task.change, task.live.id);
    if (answer.kind === "unknown") {
      memory`,
  ),
  {
    name: "twins-taken-for-one",
    patches: [
      {
        file: "src/plan/plan-key.ts",
        find: "if (named !== undefined && more.length > 0) return conflict(desired, live, now);",
        replace: "if (more.length > live.length) return conflict(desired, live, now);",
      },
      {
        file: "src/plan/plan-key.ts",
        find: "if (sources.length + live.length > 1) return",
        replace: "if (named === undefined && sources.length > 1) return",
      },
    ],
  },
  bug(
    "unknown-fields-dropped",
    "src/plan/record.ts",
    "    ...Object.fromEntries(live.unknown),\n",
    "",
  ),
  // Later in a key's life.
  bug(
    "created-instead-of-renamed",
    "src/plan/plan-key.ts",
    "const [key = sources[0]] = live;",
    "const [key] = live;",
  ),
  bug(
    "renamed-beside-another",
    "src/plan/plan-key.ts",
    "if (sources.length + live.length > 1) return unclearRename(desired, live, sources);",
    "if (live.length > 0 && sources.length > 0) return planKey(desired, { records: [], sources }, now);",
  ),
  bug(
    "pruned-though-used",
    "src/plan/prune.ts",
    "!options.used && usedWithin(key, now, DELETE_USE_SECONDS);",
    "options.most < 0 && usedWithin(key, now, DELETE_USE_SECONDS);",
  ),
  bug(
    "pruned-though-used-since",
    "src/plan/dangers.ts",
    "return !inUse(planned) && (live.used_quota > planned.used_quota || inUse(live));",
    "return now < 0 && inUse(live) && !inUse(planned);",
  ),
  bug(
    "too-many-pruned",
    "src/plan/prune.ts",
    "return idle > options.most ? blockedByNumber",
    "return idle < 0 ? blockedByNumber",
  ),
  bug("rename-source-pruned", "src/plan/prune.ts", "    sources.has(name) ||\n", ""),
  bug("protected-name-pruned", "src/plan/prune.ts", "    isProtectedName(name) ||\n", ""),
  bug(
    "posted-again-after-every-refusal",
    "src/apply/apply-plan.ts",
    "if (deletes.some(isDone) && pin === undefined) await createAgain",
    "if (deletes.length >= 0) await createAgain",
  ),
  // On the way to its places.
  bug(
    "named-though-not-delivered",
    "src/apply/deliver-keys.ts",
    "  if (!handed.ok) return notDelivered(change, undefined, context, handed.error, key.id);\n",
    "",
  ),
  bug(
    "created-under-its-own-name",
    "src/apply/staging.ts",
    "return desired.deliver === undefined ? change : { ...change, name: stagedName(name) };",
    "return desired.deliver === undefined ? change : { ...change, name };",
  ),
  bug(
    "created-beside-its-own-name",
    "src/apply/post-creates.ts",
    "list.shows(name) || list.shows(desired.name);",
    "list.shows(name);",
  ),
  bug(
    "what-was-left-is-created-again",
    "src/apply/staging.ts",
    "change.resumes === undefined ? (postedFor.get(change) ?? []) : [],",
    "postedFor.get(change) ?? [],",
  ),
  bug(
    "delivered-without-a-look",
    "src/apply/decide-delivery.ts",
    "  if (own !== undefined) return besideNamed(job, own, staged, seen, rules);\n",
    "",
  ),
  bug(
    "one-place-is-enough",
    "src/apply/hand-over.ts",
    'if (refused.length > 0) return err(refused.join("; "));',
    'if (refused.length > places.length / 2) return err(refused.join("; "));',
  ),
  bug(
    "grant-sent-as-balance",
    "src/model/quota.ts",
    "return Math.max(0, declared - used);",
    "return Math.max(0, declared - 0 * used);",
  ),
  bug(
    "spent-grant-differs",
    "src/model/quota.ts",
    'if (live.used_quota >= declared && live.remain_quota <= 0) return "spent";',
    "",
  ),
  bug(
    "enabled-while-its-cause-stands",
    "src/model/status.ts",
    "return canWork(desired, live, now) ? STATUS.enabled : undefined;",
    "return STATUS.enabled;",
  ),
];
