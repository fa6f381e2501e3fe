import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { listedKey } from "../../src/render/json.ts";
import { renderListText } from "../../src/render/list-text.ts";
import { expectGolden } from "../support/golden.ts";
import { hostileText, UNSAFE } from "../support/hostile-text.ts";
import { liveKey, NOW } from "../support/records.ts";

describe("the list of live keys", () => {
  const keys = [
    liveKey({ id: 3, name: "ci", remain_quota: 12, used_quota: 488, group: "vip" }),
    liveKey({ id: 9, name: "b", status: 2, unlimited_quota: true }),
    liveKey({ id: 2, name: "b", status: 4, expired_time: NOW }),
    liveKey({ id: 4, name: "令牌🔑", status: 3 }),
    liveKey({ id: 100, name: "", status: 7 }),
    liveKey({ id: 5, name: "a\nb\u001b[31m", group: "\u202ex" }),
  ];

  test("is a table by name, then id, in columns also where names are wide", () => {
    const text = renderListText(keys);
    expect(text.split("\n")).toHaveLength(keys.length + 2);
    expectGolden("fixtures/render/list.txt", text);
  });

  test("without keys says so", () => {
    expect(renderListText([])).toBe("No keys.\n");
  });

  test("as JSON has the record without what this tool does not know", () => {
    const key = liveKey({ unknown: [["secret_field", "x"]] });
    expect(listedKey(key)).not.toHaveProperty("unknown");
    expect(JSON.stringify(listedKey(key))).not.toContain("secret_field");
    expect(listedKey(key)).toMatchObject({ id: 1, name: "ci", remain_quota: 500 });
  });

  test("shows each key on one line, whatever its texts hold", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const lines = renderListText([liveKey({ name: text, group: text })]).split("\n");
        expect(lines).toHaveLength(3);
        expect(lines.join("")).not.toMatch(UNSAFE);
      }),
    );
  });
});
