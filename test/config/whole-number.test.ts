import { expect, test } from "vitest";
import { integerSpelling } from "../../src/config/whole-number.ts";

test.each(["0", "5", "-1", "500000", "9007199254740991"])(
  "%s is a plain whole number",
  (source) => {
    expect(integerSpelling(source)).toBeUndefined();
  },
);

test.each([
  ["0123", "write 123, or 83 if it was octal"],
  ["08", "write 8"],
  ["-0", "write 0"],
  ["0o17", "write 15"],
  ["0x1F", "write 31"],
  ["1e3", "write 1000"],
  ["1E+3", "write 1000"],
  ["5.0", "write 5"],
  ["+5", "write 5"],
  ["1_000", "write 1000"],
  ["1,000", "write 1000"],
])("%s is refused: %s", (source, fix) => {
  expect(integerSpelling(source)).toMatchObject({ code: "yaml-number", fix });
});

test.each([
  "9007199254740992",
  "-9007199254740993",
  "1e400",
  ".inf",
  "-.INF",
  ".nan",
  "1.5",
  "1e-3",
  ".5",
])("%s is refused, and no number is made up for it", (source) =>
  expect(integerSpelling(source)?.fix).not.toMatch(/write \d/),
);
