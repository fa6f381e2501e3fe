import { type Located, headOf } from "./nodes.ts";
import type { Report } from "./problem.ts";
import { integerSpelling } from "./whole-number.ts";

const NEVER = -1;

/** From here on a number of seconds lies past the year 5138: it was meant in milliseconds. */
const TOO_LATE = 1e11;

type Reading = number | { readonly message: string; readonly fix: string };

/** `expired_time` as Unix seconds, -1 for never; `undefined` when unreadable, which is reported. */
export function readExpiry(node: Located, report: Report): number | undefined {
  if (node.kind !== "scalar") return undefined;
  const range = headOf(node);
  if (typeof node.value === "number") {
    const spelling = integerSpelling(node.source);
    if (spelling) {
      report({ ...spelling, range });
      return undefined;
    }
  }
  const reading =
    typeof node.value === "number" ? fromNumber(node.value) : fromText(String(node.value));
  if (typeof reading === "number") return reading;
  report({ code: "expiry-invalid", range, ...reading });
  return undefined;
}

function fromNumber(seconds: number): Reading {
  if (seconds === NEVER) return NEVER;
  if (seconds === 0) {
    return {
      message: "expired_time: 0 is 1970: the key would be dead at once",
      fix: "write never, or a date",
    };
  }
  if (seconds < 0) {
    return {
      message: `${seconds} is no time; only -1 (never) may be negative`,
      fix: "write never, or a date",
    };
  }
  if (seconds < TOO_LATE) return seconds;
  const fewer = Math.floor(seconds / 1000);
  return fewer < TOO_LATE
    ? { message: `${seconds} looks like milliseconds`, fix: `write ${fewer} (seconds), or a date` }
    : { message: `${seconds} is too large for Unix seconds`, fix: "write a date" };
}

function fromText(text: string): Reading {
  if (text === "never") return NEVER;
  const seconds = endOfDate(text) ?? instantOf(text);
  if (seconds === undefined) return whyNoTime(text);
  if (seconds >= 1) return seconds;
  return {
    message: `${text} lies before 1970: the key would be dead at once`,
    fix: "write never, or a date to come",
  };
}

function whyNoTime(text: string): Reading {
  if (/^-?\d+$/.test(text)) {
    return {
      message: `"${text}" is text, not a number`,
      fix: text === "-1" ? "write never, or -1 without quotes" : `write ${text} without quotes`,
    };
  }
  if (text.toLowerCase() === "never")
    return { message: `"${text}" is not known`, fix: "write never" };
  const local = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?(.*)$/.exec(text);
  if (local) return whyNoInstant(local);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return { message: `${text} is not a day of the calendar`, fix: "write a date that exists" };
  }
  const message = `"${shortened(text)}" is not a time`;
  return {
    message,
    fix: "write a date (2027-01-31), a date-time with zone (2027-01-31T00:00:00Z), Unix seconds or never",
  };
}

function whyNoInstant([, date = "", clock = "", fraction, zone = ""]: RegExpExecArray): Reading {
  const time = clock.length === 5 ? `${clock}:00` : clock;
  const zoned = /^(?:[Zz]|[+-]\d{2}:\d{2})$/.test(zone) ? zone : "Z";
  if (zone === "") {
    return {
      message: "a date-time without a zone means another moment in each place",
      fix: `write ${date}T${time}Z for UTC`,
    };
  }
  if (instantOf(`${date}T${time}${zoned}`) === undefined) {
    return { message: "there is no such date or time", fix: "write a date and a time that exist" };
  }
  if (zoned !== zone) {
    return {
      message: `"${shortened(zone)}" is not a zone`,
      fix: `write Z for UTC, or an offset such as +02:00, as in ${date}T${time}Z`,
    };
  }
  const message =
    fraction === undefined ? "the seconds are missing" : "expired_time has whole seconds";
  return { message, fix: `write ${date}T${time}${zone}` };
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.0+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const SECONDS_PER_DAY = 86_400;

/** Unix seconds of a bare date's last second (23:59:59Z); `undefined` if there is no such day. */
export function endOfDate(text: string): number | undefined {
  const day = dayNumber(text);
  return day === undefined ? undefined : (day + 1) * SECONDS_PER_DAY - 1;
}

/** Unix seconds of an RFC 3339 date-time with a zone; `undefined` if it is none or not real. */
export function instantOf(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const [, date = "", hour = "", minute = "", second = "", sign = "+", ...zone] = parts;
  const day = dayNumber(date);
  const time = secondsOfDay(hour, minute, second);
  const offset = secondsOfDay(zone[0] ?? "00", zone[1] ?? "00", "00");
  if (day === undefined || time === undefined || offset === undefined) return undefined;
  return day * SECONDS_PER_DAY + time - (sign === "-" ? -offset : offset);
}

function secondsOfDay(hour: string, minute: string, second: string): number | undefined {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
}

/** Days since 1970-01-01, counted by the Gregorian rules: lenient parsers take 30 February. */
function dayNumber(text: string): number | undefined {
  const parts = DATE.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  let days = daysBeforeYear(year) - daysBeforeYear(1970) + day - 1;
  for (let before = 1; before < month; before += 1) days += daysInMonth(year, before);
  return days;
}

function daysBeforeYear(year: number): number {
  const full = year - 1;
  return full * 365 + Math.floor(full / 4) - Math.floor(full / 100) + Math.floor(full / 400);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
