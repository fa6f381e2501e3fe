import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { Desired, DesiredKey, LiveKey } from "../../src/model/key.ts";
import type { Plan } from "../../src/model/plan.ts";
import { planKeys } from "../../src/plan/plan-keys.ts";
import { loadScenario } from "../support/config-scenario.ts";
import { liveKey, NOW } from "../support/records.ts";

export interface PlanCase {
  readonly plan: Plan | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the renderers get for a scenario with `keys.yaml` and, in `live.json`, the live keys. */
export function caseOf(name: string): PlanCase {
  const folder = `fixtures/render/markdown/${name}`;
  const loaded = loadScenario(folder);
  if (loaded.desired === undefined) return { plan: undefined, diagnostics: loaded.diagnostics };
  const path = `${folder}/live.json`;
  const records: readonly Partial<LiveKey>[] = existsSync(path)
    ? JSON.parse(readFileSync(path, "utf8"))
    : [];
  const live = records.map((fields, index) => liveKey({ id: index + 1, ...fields }));
  const plan = planOf(loaded.desired.keys, live);
  return { plan, diagnostics: [...loaded.diagnostics, ...plan.diagnostics] };
}

export function planOf(keys: readonly DesiredKey[], live: readonly LiveKey[]): Plan {
  const desired: Desired = { keys, files: ["keys.yaml"], scopes: [], protect: [] };
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  return planKeys(desired, live, {
    now: NOW,
    only: [],
    createOnly: false,
    origin: "https://api.example.com",
    denyWidening: false,
    hash,
  });
}

/** Texts that try to break out of what they are shown in. */
export const HOSTILE = [
  "\u001B[31mred\u001B[2J\u0007",
  "::set-output name=x::y",
  "\n::error::forged",
  "##[error]forged",
  "#\u200B#[group]forged",
  "##vso[task.setvariable variable=x]y",
  "@here @org/team a@example.com",
  "</details><script>alert(1)</script>",
  "<!-- cometkeys:keys.yaml:production -->",
  "`".repeat(10_240),
  "```\n```diff\n~~~",
  "a | b || c \\| d \\",
  "one\r\n\r\n# two\r\n| three |",
  "\u202Egnp.exe\u2066\u200B\u200D\uFEFF",
  "[click](javascript:alert(1)) ![x](https://example.org/y.png) <javascript:alert(1)>",
  "https://example.org www.example.org #123 GH-1 !4 o/r#5 deadbeefcafe",
  "&lt;!-- &#64;here &commat;here --&gt;",
  "- [ ] 1. > # **bold** _it_ ~~no~~ $x$ :tada: {{ x }} [^1]",
  "\uD800 half",
  "\u{E0041}\u0000\u0085\u2028",
  "%0A::error::%25",
] as const;

/** A plan of every kind of change in which every text that a server or file gives is hostile. */
export function hostileCase(texts: readonly string[] = HOSTILE): PlanCase {
  const at = { file: "keys.yaml", line: 1, column: 1 };
  const keys: DesiredKey[] = [];
  const live: LiveKey[] = [];
  for (const [index, text] of texts.entries()) {
    const entry = (kind: string, fields: DesiredKey["fields"], state: DesiredKey["state"]): void =>
      void keys.push({
        name: `${text} ${kind}`,
        state,
        fields,
        at: { ...at, file: text, line: index + 1 },
      });
    entry("create", { remain_quota: 5, group: text, model_limits: [text] }, "present");
    entry("update", { group: `${text}!`, model_limits: [text, "b"], allow_ips: [text] }, "present");
    entry("spent", { remain_quota: 1 }, "present");
    entry("delete", {}, "absent");
    entry("twice", { remain_quota: 5 }, "present");
    entry("altered", { remain_quota: 500 }, "present");
    entry("late", { remain_quota: 5, expired_time: 1 }, "present");
    const id = index * 10;
    live.push(
      liveKey({
        id,
        name: `${text} update`,
        group: text,
        model_limits: `${text},c`,
        allow_ips: text,
      }),
      liveKey({ id: id + 1, name: `${text} spent`, used_quota: 9 }),
      liveKey({ id: id + 2, name: `${text} delete` }),
      liveKey({ id: id + 3, name: `${text} twice` }),
      liveKey({ id: id + 4, name: `${text} twice` }),
      liveKey({ id: id + 5, name: `${text.toUpperCase()} CREATE` }),
      liveKey({ id: id + 6, name: `${text} ALTERED` }),
    );
  }
  const plan = planOf(keys, live);
  const told = texts.flatMap((text): Diagnostic[] => [
    {
      severity: "error",
      code: "server-refused",
      message: text,
      fix: text,
      at: { ...at, file: text },
    },
    { severity: "warning", code: "unknown-group", message: text, fix: text },
  ]);
  return { plan, diagnostics: [...told, ...plan.diagnostics] };
}
