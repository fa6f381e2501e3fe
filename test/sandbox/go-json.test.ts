import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGoJson } from "../../src/sandbox/go-json.ts";

describe("JSON in Go's words", () => {
  it("an object that breaks off anywhere is an unexpected EOF", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value);
        const broken = text.slice(0, 1 + (cut % (text.length - 1)));
        expect(parseGoJson(broken)).toEqual({ ok: false, error: "unexpected EOF" });
      }),
    );
  });

  it("whatever JSON can say is read back equal", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseGoJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});
