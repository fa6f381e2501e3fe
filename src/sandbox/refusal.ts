import { MAX_SENT_QUOTA } from "../model/key.ts";

/** Why a request is refused, in the two languages the server speaks. */
export interface Refusal {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Refusal;

/** A message the server does not translate: those of its JSON decoder and its database layer. */
export function untranslated(text: string): Refusal {
  return { en: text, zh: text };
}

export const REFUSAL = {
  nameTooLong: { en: "Token name is too long", zh: "令牌名称过长" },
  quotaNegative: { en: "Quota value cannot be negative", zh: "额度值不能为负数" },
  quotaTooLarge: {
    en: `Quota value exceeds valid range, maximum is ${MAX_SENT_QUOTA}`,
    zh: `额度值超出有效范围，最大值为 ${MAX_SENT_QUOTA}`,
  },
  expired: {
    en: "Token has expired and cannot be enabled. Please modify the expiration time or set it to never expire",
    zh: "令牌已过期，无法启用，请修改过期时间或设为永不过期",
  },
  exhausted: {
    en: "Token quota is exhausted and cannot be enabled. Please modify the remaining quota or set it to unlimited",
    zh: "令牌额度已用尽，无法启用，请修改剩余额度或设为无限额度",
  },
  notFound: untranslated("record not found"),
  tooManyIds: { en: "Too many ids in one request", zh: "一次请求的编号过多" },
  database: { en: "Database error, please try again later", zh: "数据库错误，请稍后重试" },
  unauthorized: {
    en: "Unauthorized, invalid access token",
    zh: "未授权，访问令牌无效",
  },
  userHeader: {
    en: "Unauthorized, New-Api-User is missing or does not match",
    zh: "未授权，New-Api-User 缺失或不匹配",
  },
} as const satisfies Record<string, Refusal>;

export function tooManyKeys(limit: number): Refusal {
  return { en: `Maximum token limit reached (${limit})`, zh: `已达到最大令牌数量 (${limit})` };
}

/** The language of an answer: Chinese when `Accept-Language` puts it first, otherwise English. */
export function languageOf(headers: Readonly<Record<string, string>>): Language {
  return /^\s*zh\b/i.test(headers["accept-language"] ?? "") ? "zh" : "en";
}
