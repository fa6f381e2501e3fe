import pLimit from "p-limit";
import type { Turn } from "../api/rate-limiter.ts";
import type { CreateChange } from "../model/plan.ts";
import { createBody } from "../plan/record.ts";
import type { Post } from "./classify-create.ts";
import type { ApplyContext } from "./context.ts";
import type { FreshList } from "./fresh-list.ts";

/**
 * Posts creates, each at most once, on a list that is kept fresh meanwhile. A name for which a list
 * shows a key before its turn is not posted, and has no `Post`: the key is another run's.
 */
export async function postCreates(
  changes: readonly CreateChange[],
  context: ApplyContext,
  list: FreshList,
): Promise<ReadonlyMap<string, Post | undefined>> {
  const limit = pLimit(context.concurrency);
  let sent = 0;
  const posted = changes.map((change) =>
    limit(async () => {
      const post = await postCreate(change, context, list);
      sent += 1;
      context.emit({ type: "sent", name: change.name, sent, total: changes.length });
      return [change.name, post] as const;
    }),
  );
  return new Map(await Promise.all(posted));
}

async function postCreate(
  { name, desired }: CreateChange,
  { api, clock, settleMs }: ApplyContext,
  list: FreshList,
): Promise<Post | undefined> {
  const body = createBody(name, desired.fields);
  // A key that is still to be delivered is created under another name than it gets.
  const isThere = (): boolean => list.shows(name) || list.shows(desired.name);
  /** When its turn had come for the first time and the list was too old. */
  let turnAt: number | undefined;
  let unopened = 0;
  for (;;) {
    if (isThere()) return undefined;
    list.keep();
    const mayGo = ({ limitedAt }: Turn): boolean => !isThere() && list.allows(turnAt, limitedAt);
    const written = await api.create(body, { mayGo, urgent: turnAt !== undefined, unopened });
    const { answer, ...times } = written;
    if (answer.kind === "accepted") list.expect(name);
    if (answer.kind !== "paused") return { answer, ...times, answeredAt: clock.now() };
    if (answer.unopened) unopened += 1;
    if (list.allows(undefined)) continue;
    const now = clock.now();
    // Kept: the relist that is begun beside the next try comes a moment before its turn.
    turnAt ??= now;
    // One that is under way will do, unless it takes so long that it is too old itself.
    const renewed = await list.renew(now - settleMs / 2);
    if (!renewed.ok) {
      const { code, message } = renewed.error;
      const reason = `not sent: the list of keys could not be read again before it: ${message}`;
      return { answer: { kind: "not-carried-out", code, reason }, answeredAt: clock.now() };
    }
  }
}
