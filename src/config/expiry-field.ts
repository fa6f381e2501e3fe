import { endOfDate, instantOf } from "./calendar.ts";
import { headOf, type Located } from "./located.ts";
import { integerSpelling } from "./number-spelling.ts";
import type { Report } from "./problem.ts";

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
