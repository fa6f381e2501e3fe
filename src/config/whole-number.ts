import { isScalar } from "yaml";
import { at, sourceOf, type Value } from "./nodes.ts";
import { say, type Report, type Said } from "./problem.ts";

const LONGEST = 100;
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d*)$/;

/** A whole number in its plain spelling; `undefined` when it is none, which is reported. */
export function readInteger(node: Value | undefined, report: Report): number | undefined {
  if (!isScalar(node) || typeof node.value !== "number") return undefined;
  const fault = integerSpelling(sourceOf(node));
  return fault ? report(at(node), fault) : node.value;
}

/**
 * Why a spelling is not a whole number that every reader takes for the same. Works on the source
 * text: once parsed, 0123 and 1e3 look like any number, and what is beyond 2^53-1 has already been
 * rounded to another.
 */
export function integerSpelling(source: string): Said | undefined {
  if (source.length > LONGEST) {
    return /^[-+]?[.\d]/.test(source) ? say("yaml-number/long") : undefined;
  }
  if (PLAIN_INTEGER.test(source)) {
    return Number.isSafeInteger(Number(source)) ? undefined : say("yaml-number/large", { source });
  }
  if (/^[-+]?0\d+$/.test(source)) {
    const decimal = Number(source);
    const octal = /^[-+]?[0-7]+$/.test(source) ? Number.parseInt(source, 8) : decimal;
    const other = octal === decimal ? "" : `, or ${octal} if it was octal`;
    return say("yaml-number/leading-zero", { source, decimal: decimalOf(decimal) + other });
  }
  if (/^[-+]?0[xob]/i.test(source)) {
    return say("yaml-number/base", { source, decimal: decimalOf(Number(source)) });
  }
  const decimal = source.replaceAll(/[_,' ]/gu, "");
  if (decimal !== source && /^-?[1-9]\d*$/.test(decimal)) {
    return say("yaml-number/separators", { source, decimal });
  }
  return fractional(source);
}

function fractional(source: string): Said | undefined {
  if (/^[-+]?\.(?:inf|nan)$/i.test(source)) return say("yaml-number/infinite", { source });
  if (!/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(source)) return undefined;
  const value = Number(source);
  if (!Number.isFinite(value)) return say("yaml-number/huge", { source });
  const decimal = Number.isSafeInteger(value)
    ? decimalOf(value)
    : "a whole number without fraction and exponent";
  if (/e/i.test(source)) return say("yaml-number/exponent", { source, decimal });
  return say(Number.isInteger(value) ? "yaml-number/plain" : "yaml-number/fraction", {
    source,
    decimal,
  });
}

/** Zero without a sign, anything else as it is. */
function decimalOf(value: number): string {
  return Number.isNaN(value) ? "it in decimal" : String(value === 0 ? 0 : value);
}
