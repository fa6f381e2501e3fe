import type { Code } from "../model/codes.ts";

const PLAIN_INTEGER = /^(?:0|-?[1-9]\d*)$/;

export interface SpellingProblem {
  readonly code: Code;
  readonly message: string;
  readonly fix: string;
}

/**
 * Why a spelling is not a whole number that every reader takes for the same. Works on the source
 * text: once parsed, 0123 and 1e3 look like any number, and what is beyond 2^53-1 has already been
 * rounded to another.
 */
export function integerSpelling(source: string): SpellingProblem | undefined {
  if (PLAIN_INTEGER.test(source)) {
    if (Number.isSafeInteger(Number(source))) return undefined;
    return problem(
      `${source} is too large: whole numbers are exact up to 9007199254740991`,
      "write a number up to 9007199254740991",
    );
  }
  if (/^[-+]?0+\d+$/.test(source)) return leadingZero(source);
  if (/^[-+]?0[xob]/i.test(source)) {
    return problem(`${source} is not decimal`, `write ${decimalOf(Number(source))}`);
  }
  const separated = source.replaceAll(/[_,' ]/gu, "");
  if (separated !== source && /^-?[1-9]\d*$/.test(separated)) {
    return problem(`${source} has digit separators, which make it text`, `write ${separated}`);
  }
  return fractional(source);
}

function leadingZero(source: string): SpellingProblem {
  const decimal = Number(source);
  const octal = /^[-+]?[0-7]+$/.test(source) ? Number.parseInt(source, 8) : undefined;
  const other = octal === undefined || octal === decimal ? "" : `, or ${octal} if it was octal`;
  return problem(
    `${source} has a leading zero, which some readers take for octal`,
    `write ${decimalOf(decimal)}${other}`,
  );
}

function fractional(source: string): SpellingProblem | undefined {
  if (/^[-+]?\.(?:inf|nan)$/i.test(source)) {
    return problem(`${source} is not a whole number`, "write a whole number");
  }
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(source)) return undefined;
  const value = Number(source);
  if (!Number.isFinite(value)) {
    return problem(
      `${source} is too large to be a number`,
      "write a whole number without exponent",
    );
  }
  const fix = Number.isSafeInteger(value)
    ? `write ${decimalOf(value)}`
    : "write a whole number without fraction and exponent";
  if (/e/i.test(source)) return problem(`${source} is written with an exponent`, fix);
  return Number.isInteger(value)
    ? problem(`${source} is not spelled as a plain whole number`, fix)
    : problem(`${source} is not a whole number`, "write a whole number, without a fraction");
}

/** Zero without a sign, anything else as it is. */
function decimalOf(value: number): string {
  return Number.isNaN(value) ? "it in decimal" : String(value === 0 ? 0 : value);
}

function problem(message: string, fix: string): SpellingProblem {
  return { code: "yaml-number", message, fix };
}
