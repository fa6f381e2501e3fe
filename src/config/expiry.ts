import { isScalar } from "yaml";
import { at, type Value } from "./nodes.ts";
import type { MessageKey, Report, Values } from "./problem.ts";
import { readInteger } from "./whole-number.ts";

const NEVER = -1;

/** From here on a number of seconds lies past the year 5138: it was meant in milliseconds. */
const TOO_LATE = 1e11;

const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.0+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The beginning of a date-time; what else it has is told apart to say what is wrong with it. */
const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(\.\d+(?!\d))?(.*)$/;

/** Takes what is wrong with a value and gives none. */
type Refuse = (what: MessageKey, values?: Values) => undefined;

/** `expired_time` as Unix seconds, -1 for never; `undefined` when unreadable, which is reported. */
export function readExpiry(node: Value, report: Report): number | undefined {
  if (!isScalar(node)) return undefined;
  const refuse: Refuse = (what, values) => report(at(node), what, values);
  if (typeof node.value === "string") return fromText(node.value, refuse);
  const seconds = readInteger(node, report);
  return seconds === undefined ? undefined : fromNumber(seconds, refuse);
}

function fromNumber(seconds: number, refuse: Refuse): number | undefined {
  if (seconds === NEVER) return NEVER;
  if (seconds === 0) return refuse("expiry-invalid/zero");
  if (seconds < 0) return refuse("expiry-invalid/negative", { text: seconds });
  if (seconds < TOO_LATE) return seconds;
  const fewer = Math.floor(seconds / 1000);
  return fewer < TOO_LATE
    ? refuse("expiry-invalid/milliseconds", { text: seconds, seconds: fewer })
    : refuse("expiry-invalid/large", { text: seconds });
}

/** No moment has more characters. */
const LONGEST = 100;

function fromText(text: string, refuse: Refuse): number | undefined {
  if (text === "never") return NEVER;
  if (text.length > LONGEST) return refuse("expiry-invalid/no-time", { text: shortened(text) });
  const seconds = endOfDate(text) ?? instantOf(text);
  if (seconds === undefined) return refuseText(text, refuse);
  return seconds >= 1 ? seconds : refuse("expiry-invalid/early", { text });
}

/** Unix seconds of a bare date's last second (23:59:59Z); `undefined` if there is no such day. */
export function endOfDate(text: string): number | undefined {
  return instantOf(`${text}T23:59:59Z`);
}

/** Unix seconds of an RFC 3339 date-time with a zone; `undefined` if it is none or not real. */
export function instantOf(text: string): number | undefined {
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const [, date = "", clock = "", sign, hours = 0, minutes = 0] = parts;
  const utc = new Date(`${date}T${clock}Z`);
  // `Date` is lenient: it takes 30 February for 2 March, and 24:00 for the next day.
  if (Number.isNaN(utc.getTime()) || utc.toISOString() !== `${date}T${clock}.000Z`) {
    return undefined;
  }
  const offset = (Number(hours) * 60 + Number(minutes)) * 60;
  return utc.getTime() / 1000 + (sign === "-" ? offset : -offset);
}

function refuseText(text: string, refuse: Refuse): undefined {
  if (text === "-1") return refuse("expiry-invalid/quoted-never", { text });
  if (/^-?\d+$/.test(text)) return refuse("expiry-invalid/quoted", { text });
  if (text.toLowerCase() === "never") return refuse("expiry-invalid/never", { text });
  const local = LOCAL_TIME.exec(text);
  if (local) return refuseDateTime(local, refuse);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return refuse("expiry-invalid/no-day", { text });
  return refuse("expiry-invalid/no-time", { text: shortened(text) });
}

function refuseDateTime(parts: RegExpExecArray, refuse: Refuse): undefined {
  const [, date = "", clock = "", fraction, zone = ""] = parts;
  const local = `${date}T${clock.length === 5 ? `${clock}:00` : clock}`;
  if (zone === "") return refuse("expiry-invalid/no-zone", { local });
  const known = /^(?:[Zz]|[+-]\d{2}:\d{2})$/.test(zone);
  if (instantOf(local + (known ? zone : "Z")) === undefined) {
    return refuse("expiry-invalid/no-moment");
  }
  if (!known) return refuse("expiry-invalid/strange-zone", { zone: shortened(zone), local });
  const fault = fraction === undefined ? "no-seconds" : "fraction";
  return refuse(`expiry-invalid/${fault}`, { local, zone });
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
