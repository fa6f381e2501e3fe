import { success, type Answer } from "./answer.ts";

/** Model ids the sandbox knows, in the order it lists them. */
const MODELS = ["gpt-3.5-turbo", "gpt-4", "gpt-4o", "gpt-4o-mini", "claude-sonnet-4"];

/** The token's own account. */
export function selfAnswer(userId: number): Answer {
  return success({
    id: userId,
    username: "root",
    display_name: "Root User",
    role: 100,
    status: 1,
    group: "default",
    quota: 100_000_000,
    used_quota: 0,
    request_count: 0,
  });
}

/** The groups the account may use. */
export function selfGroupsAnswer(): Answer {
  return success({ default: { desc: "默认分组", ratio: 1 }, vip: { desc: "vip分组", ratio: 1 } });
}

export function autoGroupsAnswer(): Answer {
  return success({ groups: ["default"], max_count: 5 });
}

/**
 * The model catalogue. The recorded server answers lists by channel type; the documented one, which
 * a test chooses by naming the `catalogue`, a list of objects with an `id`.
 */
export function modelsAnswer(catalogue: readonly string[] | undefined): Answer {
  if (catalogue === undefined) return success({ "1": MODELS });
  return success(catalogue.map((id) => ({ id, object: "model" })));
}
