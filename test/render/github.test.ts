import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import {
  planAnnotations,
  renderAnnotations,
  renderDiagnosticsGithub,
  renderPlanGithub,
  type Annotation,
} from "../../src/render/github.ts";
import { expectGolden } from "../support/golden.ts";
import { absentKey, liveKey } from "../support/records.ts";
import { caseOf, HOSTILE, hostileCase, planOf } from "./plan-cases.ts";

const plain = (text: string): string => text;

const COMMAND = /^::(error|warning|notice)(?: ([^:]*))?::(.*)$/;

/** The commands in an output, read by the runner's rules: split first, decoded afterwards. */
function readCommands(output: string) {
  return output
    .split("\n")
    .flatMap((line) => COMMAND.exec(line) ?? [])
    .flatMap((_, index, all) => (index % 4 === 0 ? [all.slice(index + 1, index + 4)] : []))
    .map(([kind, properties = "", data = ""]) => ({
      kind,
      properties: Object.fromEntries(
        properties
          .split(",")
          .filter((pair) => pair !== "")
          .map((pair) => [
            pair.slice(0, pair.indexOf("=")),
            decode(pair.slice(pair.indexOf("=") + 1)),
          ]),
      ),
      message: decode(data),
    }));
}

function decode(text: string): string {
  return text
    .replaceAll("%0A", "\n")
    .replaceAll("%0D", "\r")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");
}

describe("renderAnnotations", () => {
  test("writes one command per item, errors first", () => {
    const items: readonly Annotation[] = [
      { severity: "notice", message: "c" },
      { severity: "warning", message: "b", title: "t", file: "keys.yaml", line: 3, column: 5 },
      { severity: "error", message: "a", file: "keys.yaml" },
    ];
    expect(renderAnnotations(items, plain)).toBe(
      [
        "::error file=keys.yaml::a",
        "::warning file=keys.yaml,line=3,col=5,title=t::b",
        "::notice::c",
        "",
      ].join("\n"),
    );
  });

  test("is empty without items", () => expect(renderAnnotations([], plain)).toBe(""));

  test("encodes what would end a command or a property", () => {
    const item = { severity: "error", message: "1 % :: 2,\n3", title: "a:b,c%", file: "a,b:c" };
    expect(renderAnnotations([{ ...item, severity: "error" }], plain)).toBe(
      "::error file=a%2Cb%3Ac,title=a%3Ab%2Cc%25::1 %25 :: 2,%0A3\n",
    );
  });

  test("a secret is taken out before the encoding could break it up", () => {
    const secret = "ab%cd%ef%gh%ij%kl";
    const clean = (text: string): string => text.replaceAll(secret, "***");
    const items = [{ severity: "error", message: `no ${secret}`, title: secret }] as const;
    expect(renderAnnotations(items, clean)).toBe("::error title=***::no ***\n");
  });

  test("makes visible what a message hides, and keeps its lines", () => {
    const message = "a\u001B[2J\r ##[error]b\n\u202Ec";
    expect(renderAnnotations([{ severity: "notice", message }], plain)).toBe(
      "::notice::a\\u001b[2J\\u000d ##\\u005berror]b%0A\\u202ec\n",
    );
  });

  test.each([
    [10, 10, undefined],
    [11, 10, "2 more warnings; only the first 9 of 11 are shown"],
    [500, 10, "491 more warnings; only the first 9 of 500 are shown"],
  ])("of %d of a kind, shows %d and counts the others", (count, shown, last) => {
    const items = Array.from({ length: count }, (_, index): Annotation => ({
      severity: "warning",
      message: `w${index}`,
    }));
    const output = renderAnnotations([...items, { severity: "error", message: "e" }], plain);
    const messages = readCommands(output).map(({ message }) => message);
    expect(messages).toHaveLength(shown + 1);
    expect(messages[0]).toBe("e");
    expect(messages.at(-1)).toBe(last ?? "w9");
  });
});

describe("renderPlanGithub", () => {
  test.each(["mixed", "empty", "failed"])("shows the case %s as recorded", (name) => {
    const { plan, diagnostics } = caseOf(name);
    const output = renderPlanGithub(plan, diagnostics, plain);
    expectGolden(`fixtures/render/github/${name}/expected.txt`, output);
    expect(harms(output)).toEqual([]);
  });

  test("shows hostile names as recorded", () => {
    const { plan, diagnostics } = hostileCase();
    const output = renderPlanGithub(plan, diagnostics, plain);
    expectGolden("fixtures/render/github/hostile/expected.txt", output);
    expect(harms(output)).toEqual([]);
  });

  test("every risk is told at the line of its key", () => {
    const { plan } = caseOf("mixed");
    const told = planAnnotations(plan, []).map(({ severity, title, file, line, message }) => {
      return `${severity} ${title}: ${message.split(":")[0]} ${file}:${line}`;
    });
    expect(told).toEqual([
      "warning Deletes a key: old keys.yaml:48",
      "warning Deletes a key: old-in-use keys.yaml:45",
      "warning Needs a person: Altered-By-The-Server keys.yaml:51",
      "warning Needs a person: twice keys.yaml:38",
      "warning Blocked: too-late keys.yaml:41",
      "warning Danger: spent keys.yaml:25",
      "notice Widens access: addresses keys.yaml:17",
      "notice Widens access: group keys.yaml:21",
      "notice Widens access: models keys.yaml:13",
      "notice Widens access: unlimited keys.yaml:32",
      "notice Widens access: new-service keys.yaml:3",
    ]);
  });

  test("500 deletes are ten annotations, the last of which counts", () => {
    const names = Array.from({ length: 500 }, (_, index) => `key-${index}`);
    const live = names.map((name, id) => liveKey({ id, name }));
    const plan = planOf(names.map(absentKey), live);
    const commands = readCommands(renderPlanGithub(plan, [], plain));
    expect(commands).toHaveLength(10);
    expect(commands.at(-1)?.message).toBe("491 more warnings; only the first 9 of 500 are shown");
    // What is not shown is not made ready to be shown either: of a large plan, that would take minutes.
    const texts = planAnnotations(plan, []).filter(({ message }) => message !== "");
    expect(texts).toHaveLength(10);
  });

  test("no text of a server or a file becomes a command or a property of one", () => {
    const part = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (texts) => {
        const { plan, diagnostics } = hostileCase(texts);
        expect(harms(renderPlanGithub(plan, diagnostics, plain))).toEqual([]);
        expect(harms(renderDiagnosticsGithub(diagnostics, plain))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

/** What in an output could do harm in a runner's log; nothing, if the renderer is right. */
function harms(output: string): readonly string[] {
  const hidden = output.replaceAll("\n", "").match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu);
  const ours =
    /^(?:$|No changes|Plan: |Not done: |Digest: |Unmanaged: |Quota granted: |\d+ unchanged)/;
  const commands = readCommands(output);
  const properties = commands.map((command) =>
    Object.keys(command.properties)
      .filter((name) => name !== "title")
      .join(),
  );
  return [
    ...(hidden ?? []),
    ...(output.match(/##\[/g) ?? []),
    ...output.split("\n").filter((line) => !COMMAND.test(line) && !ours.test(line)),
    ...properties.filter((names) => names !== "" && names !== "file,line,col"),
    ...commands.map(({ message }) => message).filter((message) => message.includes("##[")),
    ...(commands.length > 30 ? ["more than ten of a kind"] : []),
  ];
}
