/** A parsed JSON object, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An integer that JSON parsing did not round. */
export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

/**
 * Parses a text of at most so many parts (objects, lists, and what commas separate), or throws as for one
 * that is no JSON: an empty object takes ten times the memory of its text.
 */
export function parseBoundedJson(text: string, mostParts: number): unknown {
  let parts = 0;
  // A text cannot have more parts than characters.
  const length = text.length > mostParts ? text.length : 0;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    if (code === OBJECT || code === LIST || code === COMMA) parts += 1;
    if (parts > mostParts) throw new SyntaxError("too many parts");
  }
  return JSON.parse(text);
}

const [OBJECT, LIST, COMMA, QUOTE] = [0x7b, 0x5b, 0x2c, 0x22];

/** Where a text in quotes ends: what stands in it are no parts. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text[before - 1] === "\\") before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}
