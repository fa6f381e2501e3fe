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
  bug(
    "blind-retry",
    "src/apply/create-keys.ts",
    "const answer = await context.api.create(createBody(change.name, change.desired.fields));",
    `let answer = await context.api.create(createBody(change.name, change.desired.fields));
     if (answer.kind === "unknown")
       answer = await context.api.create(createBody(change.name, change.desired.fields));`,
  ),
  bug("no-three-looks", "src/apply/create-keys.ts", "[1_000, 2_000, 4_000]", "[10]"),
  bug(
    "no-settle-look",
    "src/apply/create-keys.ts",
    "if (lastDoubtAt !== undefined && !context.stop.writes.aborted) {",
    "doubted.clear(); if (lastDoubtAt === -1) {",
  ),
  bug(
    "no-fence",
    "src/apply/look.ts",
    "return context.list.keys.reduce((highest, { id }) => Math.max(highest, id), 0);",
    "return context.list.keys.length * 0 + Number.MAX_SAFE_INTEGER;",
  ),
  {
    name: "one-page-look",
    patches: [
      {
        file: "src/api/list.ts",
        find: "if (whole || keys.some((key) => key.id <= fence)) return",
        replace: "if (whole || keys.length > 0) return",
      },
      {
        file: "src/apply/look.ts",
        find: "if (newest.value.whole || (addsUp && complete)) return own;",
        replace: "if (addsUp || complete || fresh.length >= 0) return own;",
      },
    ],
  },
  {
    name: "short-page-trusted",
    patches: [
      {
        file: "src/api/list.ts",
        find: "const count = Math.max(1, Math.ceil(total / pageSize));",
        replace:
          "const count = first.value.keys.length < PAGE_SIZE ? 1 : Math.ceil(total / pageSize);",
      },
      {
        file: "src/api/list.ts",
        find: 'if (keys === undefined || keys.length !== total) return "unstable";',
        replace: 'if (keys === undefined) return "unstable";',
      },
    ],
  },
  bug(
    "no-surplus-removal",
    "src/apply/create-keys.ts",
    "tries <= REMOVE_TRIES",
    "tries <= REMOVE_TRIES * 0",
  ),
  {
    name: "used-record-removed",
    patches: [
      {
        file: "src/apply/keeper.ts",
        find: "    isUnused(key) &&\n",
        replace: "",
      },
      {
        file: "src/apply/create-keys.ts",
        find: "isUnused(now) && ",
        replace: "",
      },
    ],
  },
  bug(
    "newest-stays",
    "src/apply/keeper.ts",
    "return a.created_time - b.created_time || a.id - b.id;",
    "return b.created_time - a.created_time || b.id - a.id;",
  ),
  bug(
    "enabled-in-full-put",
    "src/plan/record.ts",
    '...("status" in changed ? { status: live.status } : {}),',
    '...("status" in changed || live.status > 2 ? { status: 1 } : {}),',
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
    "const changes = compareFields(desired, live, now);",
    `const changes = compareFields(
      desired,
      { ...live, used_quota: task.live.used_quota, remain_quota: task.live.remain_quota },
      now,
    );`,
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
    "old-read-after-pause",
    "src/api/gate.ts",
    'if (late && entry.giveBackOnPause) return { passed: false, why: "paused" };',
    "void late;",
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
    "src/apply/decide-update.ts",
    'if (live.name !== task.live.name) return `renamed to "${live.name}" since the plan was made`;',
    "",
  ),
  bug(
    "twins-taken-for-one",
    "src/plan/plan-key.ts",
    "if (key !== undefined && more.length > 0) return conflict(desired, live);",
    "if (more.length > live.length) return conflict(desired, live);",
  ),
  bug("unknown-fields-dropped", "src/plan/record.ts", "    ...live.unknown,\n", ""),
  bug(
    "grant-sent-as-balance",
    "src/plan/quota.ts",
    "return Math.max(0, declared - used);",
    "return Math.max(0, declared - 0 * used);",
  ),
  bug(
    "spent-grant-differs",
    "src/plan/quota.ts",
    'if (live.used_quota >= declared && live.remain_quota <= 0) return "spent";',
    "",
  ),
  bug(
    "enabled-while-its-cause-stands",
    "src/plan/compare.ts",
    "return canWork(desired, live, now) ? change(STATUS.enabled) : undefined;",
    "return change(STATUS.enabled);",
  ),
];
