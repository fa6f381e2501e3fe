import * as fc from "../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { pageOf } from "../../src/sandbox/handle.ts";

describe("pages", () => {
  it("read one after the other give every record once, in order", () => {
    fc.assert(
      fc.property(fc.nat(400), fc.integer({ min: 1, max: 150 }), (count, asked) => {
        const records = Array.from({ length: count }, (_, index) => index);
        const page = (number: number): readonly number[] =>
          pageOf(records, new URLSearchParams({ p: `${number}`, page_size: `${asked}` })).items;
        const pages = Math.ceil(count / Math.min(asked, 100));
        const read = Array.from({ length: pages }, (_, index) => page(index + 1)).flat();
        expect(read).toEqual(records);
        expect(page(pages + 1)).toEqual([]);
      }),
    );
  });
});
