import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSeed } from "../../src/sandbox/seed-file.ts";
import { json } from "./send.ts";
import { start } from "./running.ts";

describe("a seed", () => {
  it("fills a server, as the example does", async () => {
    const file = "fixtures/sandbox/seed.yaml";
    const seed = parseSeed(readFileSync(file, "utf8"), file);
    const sandbox = await start({ seed: seed.ok ? seed.value : [], userId: 8 });
    expect(await json(sandbox, "/api/token/")).toMatchObject({
      data: {
        total: 5,
        items: [
          { id: 5, name: "spent", status: 4, used_quota: 1000 },
          { id: 4, name: "old-contractor", status: 3, expired_time: 1700000000 },
          { id: 3, name: "paused", status: 2, expired_time: -1 },
          { id: 2, name: "playground", group: "auto", cross_group_retry: true },
          { id: 1, user_id: 8, name: "ci-prod", remain_quota: 380000, used_quota: 120000 },
        ],
      },
    });
  });

  it("may be JSON, and may be empty", () => {
    expect(parseSeed('[{"name": "a", "allow_ips": null}]', "s")).toEqual({
      ok: true,
      value: [{ name: "a", allow_ips: null }],
    });
    expect(parseSeed("", "s")).toEqual({ ok: true, value: [] });
  });

  it.each([
    ["- {name: a", "yaml-syntax", 1, 11],
    ["- {name: a, id: 1, name: b}", "yaml-duplicate-key", 1, 20],
    ["- !a !a b", "yaml-syntax", 1, 6],
    ["name: a", "schema-shape", 1, 1],
    ["- name: a\n- b", "schema-shape", 2, 3],
    ["- name: a\n  quota: 5", "schema-unknown-field", 2, 3],
    ["- name: a\n  remain_quota: 1.5", "schema-type", 2, 3],
    ["- status: enabled", "schema-type", 1, 3],
    ["- auto_groups: [1]", "schema-type", 1, 3],
    ["- id: 0", "schema-type", 1, 3],
    ["- id: 4\n- id: 4", "schema-value", 2, 3],
  ])("%j is the error %s at %i:%i", (text, code, line, column) => {
    const seed = parseSeed(text, "seed.yaml");
    expect(seed.ok ? undefined : seed.error).toMatchObject({
      code,
      at: { file: "seed.yaml", line, column },
    });
  });

  it("a name that is no text is refused before the library makes one of it, which takes minutes", () => {
    const nested = `${"{? ".repeat(300)}a${"}".repeat(300)}`;
    for (const text of [`- ${nested}`, "- ? [a, a]\n  : 1", "- &a b\n- ? *a\n  : 1"]) {
      const seed = parseSeed(text, "seed.yaml");
      expect(seed.ok ? undefined : seed.error).toMatchObject({ code: "schema-shape" });
    }
  });

  it("a long name is told by its beginning", () => {
    const seed = parseSeed(`- ${"\u202E".repeat(9_000)}: 1`, "seed.yaml");
    expect(seed.ok ? "" : seed.error.message.length).toBeLessThan(300);
  });

  it("nested thousands deep is an error like any other", () => {
    const seed = parseSeed("[".repeat(100_000), "seed.yaml");
    expect(seed.ok ? undefined : seed.error).toMatchObject({ code: "yaml-syntax" });
  });
});
