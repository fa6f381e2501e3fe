import { describe, expect, it } from "vitest";
import { NOW, testbed } from "../support/testbed.ts";

interface Result {
  readonly name: string;
  readonly status: string;
  readonly error?: { readonly code: string; readonly message: string };
}

const NAMES = Array.from({ length: 10 }, (_, index) => `key-${index}`);

function resultsOf(stdout: string): readonly Result[] {
  const results: readonly Result[] = JSON.parse(stdout).results;
  return results.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

describe("one failure does not stop the others, and every key is accounted for", () => {
  it.each([
    ["creates", "post refused-name:key-3", []],
    ["updates", "put refused-name:key-3", NAMES.map((name) => ({ name, remain_quota: 1 }))],
  ])("success:false for one of ten %s: that key alone fails, with 6", async (_, fault, seed) => {
    const entries = NAMES.map((name) => `{ name: ${name}, remain_quota: 500 }`);
    const [asText, asJson] = await Promise.all([
      testbed(entries, { seed }),
      testbed(entries, { seed }),
    ]);
    asText.faults(fault);
    asJson.faults(fault);
    const [text, json] = await Promise.all([
      asText.run("apply --auto-approve"),
      asJson.run("apply --auto-approve --format json"),
    ]);
    expect([text.code, json.code]).toEqual([6, 6]);
    expect(text.stdout).toMatch(
      /^Applied: (9 created, 0 updated|0 created, 9 updated), 0 deleted; 1 not done\.$/m,
    );
    expect(text.stdout).toMatch(/^✗ (create|update) key-3.* failed: .*Database error/m);
    for (const name of NAMES.filter((other) => other !== "key-3")) {
      expect(text.stderr).toContain(` ${name} (id `);
    }
    expect(
      resultsOf(json.stdout).map(({ name, status, error }) => [name, status, error?.code]),
    ).toEqual(
      NAMES.map((name) =>
        name === "key-3" ? [name, "failed", "change-failed"] : [name, "done", undefined],
      ),
    );
    for (const { sandbox } of [asText, asJson]) {
      const good = sandbox.store.all().filter(({ remain_quota }) => remain_quota === 500);
      expect(good.map(({ name }) => name).toSorted()).toEqual(
        NAMES.filter((name) => name !== "key-3"),
      );
    }
  });

  it("a server that drops allow_ips on every write: the key that needs it fails, the others are done", async () => {
    const place = await testbed(
      [
        "{ name: old-plain, remain_quota: 500 }",
        "{ name: old-narrow, remain_quota: 500, allow_ips: [10.0.0.0/8] }",
        "{ name: new-plain, remain_quota: 500 }",
        "{ name: new-narrow, remain_quota: 500, allow_ips: [10.0.0.0/8] }",
      ],
      {
        seed: [
          { name: "old-plain", remain_quota: 1 },
          { name: "old-narrow", remain_quota: 1 },
        ],
      },
    );
    place.faults("post drop:allow_ips", "put drop:allow_ips");
    const applied = await place.run("apply --auto-approve --format json");
    expect(applied).toMatchObject({ code: 6 });
    const results = resultsOf(applied.stdout);
    expect(results.map(({ name, status }) => [name, status])).toEqual([
      ["new-narrow", "failed"],
      ["new-plain", "done"],
      ["old-narrow", "failed"],
      ["old-plain", "done"],
    ]);
    for (const { error } of results.filter(({ status }) => status === "failed")) {
      expect(error?.message).toContain("allow_ips");
    }
    // A key without its restriction is a wider key than was reviewed: the next plan still says so.
    const after = await place.run("plan --detailed-exitcode");
    expect(after).toMatchObject({ code: 2 });
    expect(after.stdout).toContain("Plan: 0 to create, 2 to update");
  });

  it("a new record stored with expired_time 0 is a failure that says so", async () => {
    const place = await testbed(["{ name: worker, remain_quota: 500 }"]);
    place.faults("post dead");
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 6 });
    expect(applied.stdout).toContain("created expired");
  });

  it("a grant beyond what a newer server takes fails that key alone, in the server's words", async () => {
    const place = await testbed([
      "{ name: huge, remain_quota: 3000000000 }",
      `{ name: fine, remain_quota: 500, expired_time: ${NOW + 60} }`,
    ]);
    const applied = await place.run("apply --auto-approve");
    expect(applied).toMatchObject({ code: 6 });
    expect(applied.stdout).toContain(
      "✗ create huge failed: the server refused: Quota value exceeds valid range, maximum is 2147483647",
    );
    expect(place.sandbox.store.all().map(({ name }) => name)).toEqual(["fine"]);
  });
});
