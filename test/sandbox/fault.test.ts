import { describe, expect, it } from "vitest";
import { parseFault, parseFaults } from "../../src/sandbox/fault.ts";

describe("a fault's text", () => {
  it.each([
    ["any cut", { where: "any", action: { kind: "cut" }, when: { kind: "every" } }],
    [
      "  post   late:250   #2,5 ",
      { where: "post", action: { kind: "late", ms: 250 }, when: { kind: "at", counts: [2, 5] } },
    ],
    [
      "list 429:3 #2-",
      { where: "list", action: { kind: "429", retryAfter: 3 }, when: { kind: "from", count: 2 } },
    ],
    [
      "write drop:group 2.5%",
      {
        where: "write",
        action: { kind: "drop", field: "group" },
        when: { kind: "chance", percent: 2.5 },
      },
    ],
    [
      "post alter-name:cut #3-",
      {
        where: "post",
        action: { kind: "alter-name", how: "cut" },
        when: { kind: "from", count: 3 },
      },
    ],
    [
      "post refused-name:two words #1",
      {
        where: "post",
        action: { kind: "refused-name", name: "two words" },
        when: { kind: "at", counts: [1] },
      },
    ],
  ])("%j is read", (text, fault) => {
    expect(parseFault(text)).toEqual({ ok: true, value: fault });
  });

  it.each([
    ["", "it has no WHERE and KIND"],
    ["post", "it has no WHERE and KIND"],
    ["patch cut", '"patch" is no place for a fault'],
    ["post explode", '"explode" is no kind of fault'],
    ["post cut:5", "cut takes no argument"],
    ["post slow", "slow needs milliseconds"],
    ["post late:1.5", "late needs milliseconds"],
    ["post 429:soon", "429 takes whole seconds"],
    ["put drop:key", "drop needs a field"],
    ["post alter-name", "alter-name needs a way"],
    ["post alter-name:upper", "alter-name needs a way"],
    ["post refused-name:", "refused-name needs a name"],
    ["post cut #0", '"#0" is no time for a fault'],
    ["post cut #2-5", '"#2-5" is no time for a fault'],
    ["post cut 101%", '"101%" is no time for a fault'],
  ])("%j is an error that says why and what to write", (text, why) => {
    const parsed = parseFault(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? undefined : parsed.error).toMatchObject({
      code: "usage",
      message: `the fault ${JSON.stringify(text)} is not understood: ${why}`,
      fix: expect.stringMatching(/./),
    });
  });

  it("one wrong fault of several is an error", () => {
    expect(parseFaults(["any cut", "any"]).ok).toBe(false);
  });
});
