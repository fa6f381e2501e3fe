import { createHash } from "node:crypto";
import { parseLiveKey } from "../../src/api/live-key.ts";
import type { DesiredKey, LiveKey } from "../../src/model/key.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { createBody } from "../../src/plan/record.ts";

const NOW = 1_800_000_000;
const AT = { file: "keys.yaml", line: 3, column: 5, length: 2 };

function declared(at: number): DesiredKey {
  const fields = { remain_quota: 500_000, unlimited_quota: false, model_limits: ["gpt-4o"] };
  return { name: `key-${at}`, state: "present", fields, at: AT };
}

/** Of a hundred live keys, four differ and one is declared nowhere. Read as the list of a server is. */
function live(at: number): LiveKey {
  const { fields } = declared(at);
  const name = at % 100 === 7 ? `other-${at}` : `key-${at}`;
  const group = at % 25 === 3 ? "vip" : "";
  const remain_quota = at % 25 === 3 ? 1_000 : 500_000;
  const record = {
    ...createBody(name, { ...fields, group, remain_quota, allow_ips: [] }),
    id: at + 1,
    user_id: 1,
    status: 1,
    created_time: NOW - 86_400,
    accessed_time: NOW - 86_400,
    used_quota: 0,
  };
  const read = parseLiveKey(JSON.parse(JSON.stringify(record)), () => {});
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

/** How long it takes to plan so many keys, ms. */
export function timePlan(count: number): number {
  const keys = Array.from({ length: count }, (_, at) => declared(at));
  const listed = Array.from({ length: count }, (_, at) => live(at));
  const options = {
    now: NOW,
    origin: "https://api.example.com",
    account: undefined,
    only: [],
    createOnly: false,
    denyWidening: false,
    hash: (text: string) => createHash("sha256").update(text).digest("hex"),
  };
  const started = performance.now();
  planKeys({ keys, files: ["keys.yaml"], scopes: [], protect: [] }, listed, options);
  return performance.now() - started;
}
