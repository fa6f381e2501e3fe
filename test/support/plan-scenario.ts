import { readdirSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { LiveKey } from "../../src/model/key.ts";
import type { Plan } from "../../src/model/plan.ts";
import { planKeys, type PlanOptions } from "../../src/plan/plan-keys.ts";
import type { PruneOptions } from "../../src/plan/prune.ts";
import { loadScenario } from "./config-scenario.ts";
import { liveKey } from "./records.ts";

export const PLAN_FIXTURES = "fixtures/plan";

/** `live.json` of a scenario: records as far as they differ from a fresh key, and the flags. */
interface LiveSide {
  readonly now: number;
  readonly options?: {
    readonly only?: readonly string[];
    readonly createOnly?: boolean;
    readonly maxKeys?: number;
    readonly denyWidening?: boolean;
    readonly expiringWithin?: number;
    readonly models?: readonly string[];
    readonly groups?: readonly string[];
    readonly prune?: Partial<PruneOptions>;
  };
  readonly keys: readonly Partial<LiveKey>[];
}

export function planScenarios(): readonly string[] {
  return readdirSync(PLAN_FIXTURES).toSorted();
}

/** The plan of a scenario folder, made from its file and its live keys. */
export function planScenario(name: string): Plan {
  const folder = join(PLAN_FIXTURES, name);
  const { desired, diagnostics } = loadScenario(folder);
  if (desired === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const live: LiveSide = JSON.parse(readFileSync(join(folder, "live.json"), "utf8"));
  return planKeys(desired, live.keys.map(liveKey), planOptions(live.options ?? {}, live.now));
}

export function planOptions(options: NonNullable<LiveSide["options"]>, now: number): PlanOptions {
  const { only = [], createOnly = false, denyWidening = false } = options;
  const { maxKeys, expiringWithin, models, groups, prune } = options;
  return {
    now,
    origin: "https://api.example.com",
    account: undefined,
    only,
    createOnly,
    denyWidening,
    ...(expiringWithin === undefined ? {} : { expiringWithin }),
    ...(maxKeys === undefined ? {} : { maxKeys }),
    ...(prune === undefined
      ? {}
      : { prune: { by: "delete", most: 3, used: false, protect: [], ...prune } }),
    ...(models === undefined ? {} : { models: new Set(models) }),
    ...(groups === undefined ? {} : { groups: new Set(groups) }),
    hash: (text) => createHash("sha256").update(text).digest("hex"),
  };
}
