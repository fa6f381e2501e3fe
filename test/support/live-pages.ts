import type { Reader } from "../../src/api/client.ts";
import { ok } from "../../src/model/result.ts";

/** `data` of a list answer, with a record for each id. */
export function pageData(page: number, ids: readonly number[], total: number, pageSize = 2) {
  return { page, page_size: pageSize, total, items: ids.map(listItem) };
}

/** A record as the server lists it. */
export function listItem(id: number) {
  return {
    id,
    user_id: 5678,
    key: `wholekey0ofthisrecordintheaccount0${id}`,
    status: 1,
    name: `name-${id}`,
    created_time: 10,
    accessed_time: 10,
    expired_time: -1,
    remain_quota: 5,
    used_quota: 0,
    unlimited_quota: false,
    model_limits_enabled: false,
    model_limits: "",
    allow_ips: "",
    group: "",
    cross_group_retry: false,
  };
}

export interface ScriptedReader extends Reader {
  /** The paths read so far. */
  readonly paths: readonly string[];
}

/** Answers by the page number in the path; `answer` gets it and how often it was asked before. */
export function pagesReader(
  answer: (page: number, before: number) => unknown,
  serverTime?: number,
): ScriptedReader {
  const paths: string[] = [];
  return {
    paths,
    read: async (path) => {
      const before = paths.filter((other) => other === path).length;
      paths.push(path);
      const page = Number(/[?&]p=(\d+)/.exec(path)?.[1]);
      const data = answer(page, before);
      const times = { sentAt: 0, ...(serverTime === undefined ? {} : { serverTime }) };
      return ok({ data, size: JSON.stringify(data)?.length ?? 0, ...times });
    },
  };
}
