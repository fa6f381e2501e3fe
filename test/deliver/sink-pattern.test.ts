import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import type { Sink } from "../../src/model/sink.ts";
import { isAllowed, parseSinkPattern } from "../../src/deliver/sink-pattern.ts";

function allows(pattern: string, sink: Sink): boolean {
  const parsed = parseSinkPattern(pattern);
  if (!parsed.ok) throw new Error(`${pattern}: ${parsed.error}`);
  return isAllowed(sink, [parsed.value]);
}

function github(repository: string, secret = "KEY", environment?: string): Sink {
  return {
    kind: "github",
    repository,
    secret,
    ...(environment === undefined ? {} : { environment }),
  };
}

function file(path: string): Sink {
  return { kind: "file", path, format: "dotenv", variable: "KEY" };
}

function exec(...argv: readonly string[]): Sink {
  return { kind: "exec", argv };
}

test("without a pattern nothing is allowed", () => {
  for (const sink of [github("acme/api"), file("out/keys.env"), exec("vault")]) {
    expect(isAllowed(sink, [])).toBe(false);
  }
});

test("one pattern of several is enough, and none allows another kind of sink", () => {
  const patterns = ["file:out/*", "github:acme/*"].flatMap((text) => {
    const parsed = parseSinkPattern(text);
    return parsed.ok ? [parsed.value] : [];
  });
  expect(isAllowed(github("acme/api"), patterns)).toBe(true);
  expect(isAllowed(file("out/x"), patterns)).toBe(true);
  expect(isAllowed(exec("out/x"), patterns)).toBe(false);
});

test("what a place says is looked at once, however many patterns there are", () => {
  const patterns = Array.from({ length: 500 }, (_, at) => {
    const parsed = parseSinkPattern(`github:acme/p${at}#S*`);
    if (!parsed.ok) throw new Error(parsed.error);
    return parsed.value;
  });
  let read = 0;
  const counted = new Proxy(github("acme/api"), {
    get: (sink, name) => {
      read += 1;
      return Reflect.get(sink, name);
    },
  });
  expect(isAllowed(counted, patterns)).toBe(false);
  expect(read).toBeLessThan(20);
});

describe("github", () => {
  test.each<readonly [rule: string, pattern: string, sink: Sink, allowed: boolean]>([
    ["a star takes a whole name", "github:acme/*", github("acme/api"), true],
    ["or a part of one", "github:acme/api-*", github("acme/api-eu"), true],
    ["another owner is none of it", "github:acme/*", github("acme-evil/api"), false],
    ["a star never matches a slash", "github:acme/*", github("acme/api/x"), false],
    ["letter case does not count", "github:Acme/API#key", github("aCME/api", "KEY"), true],
    ["without an environment any is allowed", "github:acme/*", github("acme/a", "K", "prod"), true],
    ["also for a named secret", "github:acme/a#K", github("acme/a", "K", "prod"), true],
    ["a named environment is asked for", "github:acme/*@prod", github("acme/a", "K"), false],
    ["and no other one passes", "github:acme/*@prod", github("acme/a", "K", "test"), false],
    ["its letter case does not count", "github:acme/*@Prod", github("acme/a", "K", "pROD"), true],
    ["a star for it takes no slash", "github:acme/a@*", github("acme/a", "K", "eu/prod"), false],
    ["its name may hold spaces", "github:acme/a@my *", github("acme/a", "K", "my prod"), true],
    ["and @", "github:acme/a@x@1#K", github("acme/a", "K", "x@1"), true],
    ["a star for it asks for one", "github:acme/a@*", github("acme/a", "K"), false],
    ...["..", ".", "a/b", "a\\b", "a?b", "a%2fb", "a#b", "a..b", "%2e%2e"].map(
      (name) =>
        [
          `no environment is more than a name: ${name}`,
          "github:acme/a",
          github("acme/a", "K", name),
          false,
        ] as const,
    ),
    ["no environment climbs", "github:acme/a", github("acme/a", "K", "../../x/y"), false],
    ["a named secret is asked for", "github:acme/a#K", github("acme/a", "L"), false],
    ["a star in it takes a part", "github:acme/a#COMET_*", github("acme/a", "COMET_KEY"), true],
    ["no name is an option", "github:*/*", github("acme/a", "--repo"), false],
    ["no owner is one either", "github:*/*", github("-R/a"), false],
    ["no repository is a folder", "github:acme/*", github("acme/.."), false],
    ["another server is no owner", "github:*/*", github("https://evil.example/a"), false],
    ["the Kelvin sign is no k", "github:acme/a@k", github("acme/a", "K", "\u212A"), false],
  ])("%s: %s", (_, pattern, sink, allowed) => {
    expect(allows(pattern, sink)).toBe(allowed);
  });
});

describe("file", () => {
  test.each<readonly [rule: string, pattern: string, path: string, allowed: boolean]>([
    ["a star takes a name", "file:out/*", "out/keys.env", true],
    ["or a part of one", "file:out/*.env", "out/keys.env", true],
    ["which the rest has to fit", "file:out/*.env", "out/keys.json", false],
    ["a star never matches a slash", "file:out/*", "out/a/b.env", false],
    ["no path climbs", "file:out/*", "out/../x", false],
    ["not even for stars in its place", "file:*/*/*", "out/../x", false],
    ["no part is the folder itself", "file:out/*", "out/.", false],
    ["no part is empty", "file:*/*", "/x", false],
    ["and no name is", "file:out/*", "out/", false],
    ["a backslash is no part of a name", "file:out/*", "out/..\\x", false],
    ["nor is a drive", "file:*", "C:x", false],
    ["nor what cannot be seen", "file:out/*", "out/a\u200B", false],
    ["letter case counts", "file:out/*", "Out/keys.env", false],
    ["a name may begin with a point", "file:*", ".env", true],
    ["a pattern without stars is that path", "file:keys.env", "keys.env", true],
    ["and none below it", "file:keys.env", "keys.env/x", false],
  ])("%s: %s", (_, pattern, path, allowed) => {
    expect(allows(pattern, file(path))).toBe(allowed);
  });
});

const VAULT = "exec:vault kv put -mount=secret comet/* key=-";

function vault(path: string): readonly string[] {
  return ["vault", "kv", "put", "-mount=secret", path, "key=-"];
}

describe("exec", () => {
  test.each<readonly [rule: string, pattern: string, argv: readonly string[], allowed: boolean]>([
    ["a star takes a part of an argument", VAULT, vault("comet/ci"), true],
    ["which may hold slashes", VAULT, vault("comet/a/b"), true],
    ["but does not climb", VAULT, vault("comet/../root"), false],
    ["nor at its end", VAULT, vault("comet/x/.."), false],
    ["nor behind another mark", VAULT, vault("comet/x=..:y"), false],
    ["nor as an address writes it", VAULT, vault("comet/%2E%2e/root"), false],
    ["nor with its slash written so", VAULT, vault("comet/x%2f..%2Froot"), false],
    ["points within a name are none", VAULT, vault("comet/a..b"), true],
    ["a star never spans two arguments", VAULT, vault("comet/ci -address=x"), false],
    ["and none is added", VAULT, [...vault("comet/ci"), "-address=x"], false],
    ["or left out", VAULT, vault("comet/ci").slice(0, -1), false],
    ["another option is none of it", VAULT, vault("-address=http://evil"), false],
    ["a star that begins takes no option", "exec:put * x", ["put", "-x", "x"], false],
    ["but any other word", "exec:put * x", ["put", "a-x", "x"], true],
    ["an option's value is open if written so", "exec:put -m=*", ["put", "-m=-1"], true],
    ["it does not climb either", "exec:put -m=*", ["put", "-m=../x"], false],
    ["nor past a comma", "exec:put -m=*", ["put", "-m=a,..,b"], false],
    ["nor past a backslash", "exec:put -m=*", ["put", "-m=a\\..\\b"], false],
    ["an argument is never empty", "exec:put *", ["put", ""], false],
    ["nor has white space in it", "exec:put *", ["put", "a\tb"], false],
    ["of any kind", "exec:put *", ["put", "a\u00A0b"], false],
    ["nor control characters", "exec:put *", ["put", "a\u0000"], false],
    ["nor what cannot be seen", "exec:put *", ["put", "a\u200B"], false],
    ["nor is endless", "exec:put *", ["put", "a".repeat(5_000)], false],
    ["what is written out may climb", "exec:put ../x", ["put", "../x"], true],
    ["the program is that very one", "exec:/usr/bin/put *", ["put", "x"], false],
    ["letter case counts", "exec:put x", ["put", "X"], false],
    ["no argument is a program", "exec:put", [], false],
  ])("%s: %s", (_, pattern, argv, allowed) => {
    expect(allows(pattern, exec(...argv))).toBe(allowed);
  });

  const word = fc.string({
    unit: fc.constantFrom("-", "*", ".", "/", "=", "a"),
    minLength: 1,
    maxLength: 6,
  });
  const argument = fc.string({ unit: fc.constantFrom("-", ".", "/", "=", "a", " "), maxLength: 6 });

  test("no allowed argument is an option where the pattern writes none, nor climbs by a star", () => {
    let allowed = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(word, argument), { minLength: 1, maxLength: 3 }), (pairs) => {
        const words = pairs.map(([wanted]) => wanted);
        const parsed = parseSinkPattern(`exec:put ${words.join(" ")}`);
        // The argument is often made from the pattern, so that many are allowed.
        const argv = pairs.map(([wanted, text], at) =>
          at % 2 === 0 ? wanted.replaceAll("*", text) : text,
        );
        if (!parsed.ok || !isAllowed(exec("put", ...argv), [parsed.value])) return;
        allowed += 1;
        for (const [at, text] of argv.entries()) {
          const wanted = words[at] ?? "";
          expect(text).not.toMatch(/^$|\s/);
          expect(text.startsWith("-") && !wanted.startsWith("-")).toBe(false);
          expect(wanted.includes("*") && text.split(/[/=]/).includes("..")).toBe(false);
        }
      }),
      { numRuns: 5_000 },
    );
    expect(allowed).toBeGreaterThan(100);
  });

  test("many stars on a long argument are matched in few steps", () => {
    expect(allows(`exec:put ${"a*".repeat(400)}b`, exec("put", "a".repeat(4_000)))).toBe(false);
    expect(allows(`exec:put ${"a*".repeat(400)}a`, exec("put", "a".repeat(4_000)))).toBe(true);
  });
});

describe("a pattern that cannot be meant is refused, and the error says what to write", () => {
  test.each([
    ["acme/*", "it begins with no kind of sink; write, for example, github:"],
    ["GITHUB:acme/*", "it begins with no kind of sink"],
    ["", "it begins with no kind of sink"],
    [" file:x", "a space stands at one of its ends; leave it out"],
    ["file:x\r", "a character that cannot be seen"],
    ["exec:put a\tb", "a character that cannot be seen"],
    [`file:${"x".repeat(2_000)}`, "longer than 2000 characters"],
    ["github:acme", '"acme" is no repository, OWNER/REPO; write github:OWNER/REPO['],
    ["github:acme/api/x", '"acme/api/x" is no repository'],
    ["github:https://github.com/acme/api", "is no repository"],
    ["github:acme/api@", '"" is no name of an environment'],
    ["github:acme/api@*/prod", '"*/prod" is no name of an environment'],
    ["github:acme/api@../x", '"../x" is no name of an environment'],
    ["github:acme/api#", '"" is no name of a secret'],
    ["github:acme/api#A-B", '"A-B" is no name of a secret'],
    ["file:/etc/*", "the path is absolute; write one below --sink-dir"],
    ["file:C:\\x", "the path is absolute"],
    ["file:out/../x", 'an empty part, ".", ".."'],
    ["file:out/", 'an empty part, ".", ".."'],
    ["file:out/**", "* never matches a /"],
    ["file:out/keys.env#KEY", "leave out # and what follows it"],
    ["exec:", "a program or an argument is missing"],
    ["exec:put  x", "a program or an argument is missing"],
    ["exec:*", '"*" leaves the program open; name it'],
    ["exec:/opt/*/vault x", '"/opt/*/vault" leaves the program open'],
    ["exec:./put x", '"./put" is neither a name nor an absolute path'],
    ["exec:bin/put x", '"bin/put" is neither a name nor an absolute path'],
    ["exec:-x", '"-x" is neither a name nor an absolute path'],
    ["exec:/", '"/" is neither a name nor an absolute path'],
    ["exec:put -*", '"-*" allows every option; name the option'],
    ["exec:put --*=x", '"--*=x" allows every option'],
    ["exec:put ../*", '"../*" matches nothing'],
    [`exec:put${" x".repeat(101)}`, "more than 100 arguments"],
  ])("%j", (text, error) => {
    const parsed = parseSinkPattern(text);
    expect(parsed.ok ? "allowed" : parsed.error).toContain(error);
  });

  test("the examples of the documentation are patterns", () => {
    for (const text of ["github:acme/*", "github:acme/api@prod#COMET_KEY", "file:out/*", VAULT]) {
      expect(parseSinkPattern(text).ok).toBe(true);
    }
  });
});
