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
