import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { httpServer } from "../support/http-server.ts";
import { testbed, type Testbed } from "../support/testbed.ts";

const KEYS = ["a", "b", "c"].map((name) => `{ name: ${name}, remain_quota: 5 }`);

interface Front {
  readonly at: Testbed;
  /** Whether `GET /api/user/self` is answered. */
  readonly tells: boolean;
  /** Whether records say nothing of their account. */
  readonly hides?: boolean;
}

/** A server at one address, behind which any sandbox may stand. */
function inFrontOf(front: () => Front) {
  return httpServer(async (request, response, body) => {
    const { at, tells, hides } = front();
    if (request.url === "/api/user/self" && !tells) return void response.writeHead(404).end();
    const { method = "", url } = request;
    const answer = await fetch(at.sandbox.url + url, {
      method,
      headers: { authorization: at.sandbox.token, "content-type": "application/json" },
      ...(body === "" ? {} : { body }),
    });
    const text = await answer.text();
    const shown = hides ? text.replaceAll(/"user_id":\d+,?/g, "") : text;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(shown);
  });
}

describe("a key is never written to another account than the reviewed one", () => {
  it("a saved plan for one account is refused on another empty one, before the first write", async () => {
    const at = await testbed(KEYS, { userId: 99 });
    await at.run("plan --out plan.json");
    const path = join(at.folder, "plan.json");
    const text = readFileSync(path, "utf8");
    expect(text).toContain('"account": 99');
    writeFileSync(path, text.replace('"account": 99', '"account": 42'));
    const run = await at.run("apply plan.json");
    expect(run.code).toBe(7);
    expect(run.stderr).toContain("account 42");
    expect(at.sandbox.store.all()).toHaveLength(0);
  });

  it("what an administrator reviewed for the pinned account is applied with that account's token", async () => {
    const pinned = `account: { user_id: 5 }\nversion: 1\nkeys: [{ name: a, remain_quota: 5 }]\n`;
    const seed = [{ name: "a", remain_quota: 4, user_id: 5 }];
    const admin = await testbed([], {
      adminList: true,
      userId: 1,
      seed: [...seed, { name: "own", user_id: 1 }],
    });
    const own = await testbed([], { userId: 5, seed });
    let front: Front = { at: admin, tells: true };
    const server = await inFrontOf(() => front);
    const env = { COMETAPI_BASE_URL: server.url };
    admin.write(pinned);
    expect((await admin.run("plan --out plan.json", { env })).code).toBe(0);
    front = { at: own, tells: true };
    expect(await admin.run("apply plan.json", { env })).toMatchObject({ code: 0 });
    expect(own.sandbox.store.all()).toMatchObject([{ name: "a", remain_quota: 5 }]);
  });

  it("nor to an administrator's own, whose token lists nothing but the keys of the reviewed one", async () => {
    const seed = [{ name: "a", remain_quota: 5, user_id: 7 }];
    const own = await testbed(KEYS, { userId: 7, seed });
    const admin = await testbed([], { adminList: true, userId: 5, seed });
    let front: Front = { at: own, tells: true };
    const server = await inFrontOf(() => front);
    const env = { COMETAPI_BASE_URL: server.url };
    expect((await own.run("plan --out plan.json", { env })).code).toBe(0);
    front = { at: admin, tells: true };
    const refused = await own.run("apply plan.json", { env });
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain("belongs to account 5, and lists the keys of account 7");
    expect(admin.sandbox.store.all()).toHaveLength(1);
  });

  it("and a pinned plan that prunes nothing goes on where only a new key can show the account", async () => {
    const at = await testbed([]);
    at.write(`account: { user_id: 1 }\nversion: 1\nscope: "*"\nkeys: [${KEYS.join(", ")}]\n`);
    const silent = await inFrontOf(() => ({ at, tells: false }));
    const env = { COMETAPI_BASE_URL: silent.url };
    expect(await at.run("apply --prune --auto-approve", { env })).toMatchObject({ code: 0 });
    expect(at.sandbox.store.all()).toHaveLength(3);
  });

  describe("where the files are pinned, and nothing ever shows whose keys these are", () => {
    const place = "[{ file: { path: a.env, format: dotenv, variable: A } }]";
    const pinned = (...entries: readonly string[]): string =>
      `account: { user_id: 1 }\nversion: 1\nkeys: [${entries.join(", ")}]\n`;

    async function silentBed(seed: readonly { name: string; remain_quota?: number }[] = []) {
      const at = await testbed([], { seed });
      const silent = await inFrontOf(() => ({ at, tells: false, hides: true }));
      const env = { COMETAPI_BASE_URL: silent.url, COMETKEYS_ALLOW_SINKS: "file:*" };
      const run = (args: string) =>
        at.run(args.startsWith("apply") ? `${args} --settle 200ms` : args, { env });
      return { at, run, records: () => at.sandbox.store.all() };
    }

    it.each([
      ["is created", ["{ name: new, remain_quota: 5 }"]],
      ["is changed", ["{ name: old, remain_quota: 6 }"]],
      ["is deleted", ["{ name: old, state: absent }"]],
    ])("nothing %s", async (_, entries) => {
      const { at, run, records } = await silentBed([{ name: "old", remain_quota: 5 }]);
      const before = records();
      at.write(pinned(...entries));
      for (const command of ["plan", "apply --auto-approve"]) {
        const refused = await run(command);
        expect([command, refused.code]).toEqual([command, 5]);
        expect(refused.stderr).toContain("nothing shows that these keys are of the account");
      }
      expect(records()).toEqual(before);
    });

    it("nothing is delivered, and what needs no change is fine", async () => {
      const { at, run } = await silentBed([{ name: "old", remain_quota: 5 }]);
      at.write(pinned(`{ name: old, remain_quota: 5, deliver: ${place} }`));
      expect((await run("apply --auto-approve")).code).toBe(0);
      const refused = await run("deliver old --auto-approve");
      expect(refused.code).toBe(5);
      expect(refused.stderr).toContain("nothing shows that these keys are of the account");
      expect(existsSync(join(at.folder, "a.env"))).toBe(false);
    });

    it("a run that could not prove it is not forgotten by the next one", async () => {
      const { at, run, records } = await silentBed();
      at.write(pinned(`{ name: a, remain_quota: 5, deliver: ${place} }`, ...KEYS.slice(1)));
      expect((await run("plan --out plan.json")).code).toBe(0);
      for (const time of ["first", "second"]) {
        expect([time, (await run("apply plan.json")).code]).toEqual([time, 5]);
        expect(records()).toMatchObject([{ name: "a~new" }]);
      }
      expect(existsSync(join(at.folder, "a.env"))).toBe(false);
    });
  });

  it("where nothing shows the account any more, that is what is told of a plan for one", async () => {
    const at = await testbed(KEYS, { seed: [{ name: "last" }] });
    const silent = await inFrontOf(() => ({ at, tells: false }));
    const env = { COMETAPI_BASE_URL: silent.url };
    const planned = await at.run("plan --out plan.json", { env });
    at.sandbox.store.delete(1, 1);
    const [digest] = /sha256:\w+/.exec(planned.stdout) ?? [];
    for (const how of ["plan.json", `--expect ${digest}`]) {
      const refused = await at.run(`apply ${how}`, { env });
      expect(refused.code).toBe(7);
      expect(refused.stderr).toContain("neither the list nor /api/user/self shows now whose token");
    }
    expect(at.sandbox.store.all()).toEqual([]);
  });

  it.each([
    ["the rest of a plan goes on once its first key has shown the account", [], 0],
    ["but not where the account has a key of its own by then", ["other"], 7],
  ])("%s", async (_, others, code) => {
    const at = await testbed(KEYS);
    const silent = await inFrontOf(() => ({ at, tells: false }));
    const env = { COMETAPI_BASE_URL: silent.url };
    expect((await at.run("plan --out plan.json", { env })).code).toBe(0);
    expect(readFileSync(join(at.folder, "plan.json"), "utf8")).toContain('"account": null');
    at.faults("post refuse #2");
    expect((await at.run("apply plan.json --concurrency 1", { env })).code).toBe(6);
    for (const name of others) at.sandbox.store.seed({ name, remain_quota: 5 });
    const rest = await at.run("apply plan.json", { env });
    expect(rest.code).toBe(code);
    expect(at.sandbox.store.all()).toHaveLength(3);
  });

  it("what is left of one for an empty account goes on, though a key has expired since", async () => {
    let now = 1_800_000_000;
    const expiring = `{ name: b, remain_quota: 5, expired_time: ${now + 100} }`;
    const at = await testbed([KEYS[0] ?? "", expiring, KEYS[2] ?? ""], { now: () => now });
    const server = await inFrontOf(() => ({ at, tells: false }));
    const env = { COMETAPI_BASE_URL: server.url };
    await at.run("plan --out plan.json", { env });
    at.faults("post refuse #3");
    expect((await at.run("apply plan.json --concurrency 1", { env })).code).toBe(6);
    now += 200;
    expect((await at.run("apply plan.json", { env })).code).toBe(0);
    expect(at.sandbox.store.all().map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });

  it.each([
    ["an empty one that tells it", [], ""],
    ["one that has another quota", [4], ""],
    ["one that --create-only leaves alone", [4], " --create-only"],
    ["one that --only does not mean", [5], " --only c"],
    ["one that has a name twice", [5, 5], ""],
  ])(
    "a plan that was reviewed while nothing told the account is refused on another: %s",
    async (_, quotas, flags) => {
      const seed = quotas.map((remain_quota) => ({ name: "a", remain_quota }));
      const [first, other] = [await testbed(KEYS), await testbed(KEYS, { userId: 42, seed })];
      let front: Front = { at: first, tells: false };
      const server = await inFrontOf(() => front);
      const env = { COMETAPI_BASE_URL: server.url };
      expect((await first.run(`plan --out plan.json${flags}`, { env })).code).toBe(0);
      front = { at: other, tells: seed.length === 0 };
      expect((await first.run("apply plan.json", { env })).code).toBe(7);
      expect(other.sandbox.store.all()).toHaveLength(seed.length);
    },
  );

  it("nor does a key that is on its way to a place there go to it", async () => {
    const entries = [
      "{ name: a, remain_quota: 5, deliver: [{ file: { path: a.env, format: dotenv, variable: A } }] }",
    ];
    const seed = [{ name: "a~new", remain_quota: 9 }];
    const [first, other] = [await testbed(entries), await testbed([], { userId: 42, seed })];
    let front: Front = { at: first, tells: false };
    const server = await inFrontOf(() => front);
    const env = { COMETAPI_BASE_URL: server.url, COMETKEYS_ALLOW_SINKS: "file:*" };
    expect((await first.run("plan --out plan.json", { env })).code).toBe(0);
    front = { at: other, tells: false };
    expect((await first.run("apply plan.json", { env })).code).toBe(7);
    expect(other.sandbox.store.all()).toMatchObject(seed);
  });

  it("nor is one that was to change a key while the list showed no account", async () => {
    const seed = [{ name: "a", remain_quota: 4 }];
    const [first, other] = [
      await testbed(KEYS, { seed }),
      await testbed(KEYS, { userId: 42, seed }),
    ];
    let front: Front = { at: first, tells: false, hides: true };
    const server = await inFrontOf(() => front);
    const env = { COMETAPI_BASE_URL: server.url };
    expect((await first.run("plan --out plan.json", { env })).code).toBe(0);
    expect(readFileSync(join(first.folder, "plan.json"), "utf8")).toContain('"account": null');
    front = { at: other, tells: false };
    expect((await first.run("apply plan.json", { env })).code).toBe(7);
    expect(other.sandbox.store.all()).toMatchObject(seed);
  });

  it("new records of other accounts are neither adopted nor removed", async () => {
    const at = await testbed([KEYS[0] ?? ""], {
      adminList: true,
      userId: 1,
      seed: [{ name: "own", user_id: 1 }],
    });
    at.faults("post slow:700");
    const run = at.run("apply --auto-approve");
    await expect.poll(() => at.sandbox.requests.length, { timeout: 300_000 }).toBeGreaterThan(0);
    at.sandbox.store.seed({ name: "a", user_id: 2, remain_quota: 5 });
    const { code } = await run;
    const named = at.sandbox.store.all().filter(({ name }) => name === "a");
    // Either the list showed both accounts before the first write, or ours was made beside theirs.
    expect([0, 5]).toContain(code);
    expect(named.filter(({ user_id }) => user_id === 2)).toHaveLength(1);
    expect(named.filter(({ user_id }) => user_id === 1)).toHaveLength(code === 0 ? 1 : 0);
  });
});

describe("repeats of a key that is to be disabled", () => {
  it("are removed like any other, and the one that stays is disabled", async () => {
    const at = await testbed(["{ name: a, remain_quota: 5, status: disabled }"], {
      now: () => Math.floor(Date.now() / 1000),
    });
    at.faults("post late:8500 #1");
    const run = await at.run("apply --auto-approve --settle 9s");
    expect(run.code).toBe(0);
    expect(at.sandbox.store.all().map(({ name, status }) => [name, status])).toEqual([["a", 2]]);
  });
});

describe("a delete is of the key that was reviewed", () => {
  const absent = "{ name: old, state: absent }";

  it("a key of the same name but another id is not in the review", async () => {
    const at = await testbed([absent], { seed: [{ name: "old" }] });
    await at.run("plan --out plan.json");
    const [old] = at.sandbox.store.all();
    at.sandbox.store.delete(old?.id ?? 0, 1);
    at.sandbox.store.seed({ name: "old", used_quota: 7777 });
    const run = await at.run("apply plan.json");
    expect(run.code).toBe(7);
    expect(at.sandbox.store.all()).toHaveLength(1);
  });
});
