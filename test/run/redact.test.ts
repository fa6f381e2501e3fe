import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { cleanTexts } from "../../src/render/escape.ts";
import { createRedactor, type Redactor } from "../../src/run/redact.ts";

const KEY = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKl";

function redactor(...secrets: readonly string[]): Redactor {
  const made = createRedactor();
  for (const secret of secrets) made.add(secret);
  return made;
}

/** Whether any eight consecutive characters of the secret stand in the text. */
function leaks(secret: string, text: string): boolean {
  for (let at = 0; at + 8 <= secret.length; at += 1) {
    if (text.includes(secret.slice(at, at + 8))) return true;
  }
  return false;
}

describe("a secret is cut out", () => {
  test.each([
    ["whole", `token ${KEY}!`, "token ***!"],
    ["twice", `${KEY} ${KEY}`, "*** ***"],
    ["as a part of eight characters", `x${KEY.slice(3, 11)}y`, "x***y"],
    ["as parts side by side", KEY.slice(0, 9) + KEY.slice(20, 30), "******"],
    ["with a model key's prefix", `sk-${KEY}`, "sk-***"],
    ["as a part of seven characters it is not told from chance", KEY.slice(0, 7), KEY.slice(0, 7)],
  ])("%s", (_case, text, clean) => {
    expect(redactor(KEY).clean(text)).toBe(clean);
  });

  test("in the form it has inside of JSON", () => {
    const secret = 'quo"te\\back"slash';
    const text = JSON.stringify({ message: `bad token ${secret}` });
    const clean = redactor(secret).clean(text);
    expect(JSON.parse(clean)).toEqual({ message: "bad token ***" });
  });

  test("in JSON whose unseen characters are no escapes", () => {
    const secret = 'a"\u00ad'.repeat(8);
    expect(redactor(secret).clean(JSON.stringify(secret))).toBe('"***"');
  });
});

test("anything shaped like a model key is cut out, known or not", () => {
  const { clean } = redactor();
  expect(clean(`a sk-${"a1B2".repeat(8)}, b`)).toBe("a sk-***, b");
  expect(clean("sk-short and task-force1234567890123")).toBe(
    "sk-short and task-force1234567890123",
  );
});

describe("a server cannot choose what is cut out of a report", () => {
  const reported = "unlimited_quota disabled 1893456000 team1alpha2prod";
  const clean = (key: string, name = "", text = reported): string => {
    const made = createRedactor();
    made.addKey(key);
    made.keep(name);
    return made.clean(text);
  };

  test("by a key that is made of words or digits", () => {
    expect(clean("disableddisableddisableddisabled")).toBe(reported);
    expect(clean("unlimitedquotaunlimitedquotaunlimited")).toBe(reported);
    expect(clean("1893456000".repeat(4))).toBe(reported);
  });

  test("by a key that is a declared name", () => {
    expect(clean(`${KEY}team1alpha2prod`, "team1alpha2prod")).toBe(reported);
  });

  test("by a key that begins as a live name does, unless the name holds all of it", () => {
    const made = createRedactor();
    made.addKey(`chatgpt4turbo${KEY}`.slice(0, 48));
    made.addKey(KEY);
    made.keepLive("chatgpt4turbo");
    made.keepLive(`x-${KEY}`);
    expect(made.clean(`chatgpt4turbo, x-${KEY}`)).toBe("chatgpt4turbo, x-***");
  });

  test("a name too long for people is not kept, nor one that holds the beginning of a key", () => {
    const made = createRedactor();
    made.addKey(KEY);
    const part = KEY.slice(20, 34);
    made.keepLive(part + "x".repeat(200));
    made.keepLive(`a-${KEY.slice(0, 40)}`);
    expect(made.clean(`${part} ${KEY.slice(0, 40)}`)).toBe("*** ***");
  });

  test("a live name that came before the key it holds is kept no longer", () => {
    const made = createRedactor();
    made.addKey(`chatgpt4turbo${KEY}`.slice(0, 48));
    for (const name of ["chatgpt4turbo", `x-${KEY.toLowerCase()}`]) made.keepLive(name);
    expect(made.clean("chatgpt4turbo")).toBe("chatgpt4turbo");
    made.addKey(KEY.toLowerCase());
    expect(made.clean(`chatgpt4turbo x-${KEY.toLowerCase()}`)).toBe("chatgpt4turbo x-***");
  });

  test("a name that shares no more than a part with each of several keys is kept", () => {
    const made = createRedactor();
    const name = `${KEY.slice(0, 20)}x${KEY.slice(20, 40)}`;
    made.addKey(`${KEY.slice(0, 20)}x`.padEnd(40, "Zz9"));
    made.addKey(`x${KEY.slice(20, 40)}`.padStart(40, "Zz9"));
    made.keepLive(name);
    expect(made.clean(name)).toBe(name);
  });

  test("a name is kept whatever key another name turns out to hold", () => {
    const made = createRedactor();
    const key = `${KEY.slice(0, 33)}Ui6Op7As8D`;
    for (const name of ["team-Ui6Op7As8D", `x-${key.slice(0, 40)}`]) made.keepLive(name);
    made.addKey(`Ui6Op7As8D${KEY}`.slice(0, 48));
    expect(made.clean("team-Ui6Op7As8D")).toBe("team-Ui6Op7As8D");
    made.addKey(key);
    expect(made.clean(`team-Ui6Op7As8D x-${key.slice(0, 40)}`)).toBe("team-Ui6Op7As8D x-***");
  });

  test("a text with an ellipsis of its own is kept", () => {
    const made = createRedactor();
    made.addKey(`RFC20240117${KEY}`.slice(0, 48));
    for (const text of ["see RFC20240117… in the wiki", "…RFC20240117…"]) {
      made.keepMessage(text);
      expect(made.clean(text)).toBe(text);
    }
  });

  test("by a key that is a word and the end of its colour", () => {
    const made = createRedactor();
    made.addKey(`31merror1mApplied${"A1".repeat(10)}`);
    const text = "\u001b[31merror[x]\u001b[39m \u001b[1mApplied: nothing";
    expect(made.clean(text)).toBe(text);
  });

  test("as much is kept as a large plan has", () => {
    const made = createRedactor();
    made.keep("team1alpha2prod");
    for (let n = 0; n < 50_000; n += 1) made.keep(n.toString(16).padStart(8, "0").repeat(6));
    made.addKey(`team1alpha2prod${KEY}`.slice(0, 48));
    made.addKey(KEY);
    expect(made.clean(`team1alpha2prod ${KEY}`)).toBe("team1alpha2prod ***");
  });

  test("a name that is a key but for its first characters is not kept", () => {
    const made = createRedactor();
    made.addKey(KEY);
    made.keepLive(KEY.slice(5));
    expect(made.clean(KEY.slice(5))).toBe("***");
  });

  test("by what stands for a character of a name where it is shown", () => {
    const made = createRedactor();
    made.keep("##team[2024abcd");
    made.addKey(`u005b2024abcd${"A1".repeat(12)}`);
    expect(made.clean("+ ##team\\u005b2024abcd")).toBe("+ ##team\\u005b2024abcd");
  });

  test("by a key that is a part of what a file makes a message say, unless it holds all of a key", () => {
    const made = createRedactor();
    made.addKey(`RFC20240117${KEY}`.slice(0, 48));
    made.addKey(KEY);
    made.keepMessage("see RFC20240117");
    made.keepMessage(`owner: ${KEY}`);
    expect(made.clean(`see RFC20240117, owner: ${KEY}`)).toBe("see RFC20240117, owner: ***");
  });

  test("but a key is cut out whole, also beside such a name", () => {
    expect(clean(KEY, "team1alpha2prod", `key ${KEY} of team1alpha2prod`)).toBe(
      "key *** of team1alpha2prod",
    );
  });
});

test.each([
  ["in JSON", "\u{E0001}abc12345678", "\\udb40\\udc01abc12345678", "udc01abc12345678".repeat(2)],
  ["in an annotation", "x%a1234567bcdefg", "x%25a1234567bcdefg", "25a1234567bcdefg".repeat(2)],
  [
    "in the place of one",
    "keys:A1122bb44CC.yaml",
    "keys%3AA1122bb44CC.yaml",
    "3AA1122bb44CC".repeat(3),
  ],
])("a kept text stays as it is shown %s, whatever a server makes a key", (_, text, shown, key) => {
  const redactor = createRedactor();
  redactor.addKey(key);
  redactor.keep(text);
  expect(redactor.clean(`"${shown}"`)).toBe(`"${shown}"`);
});

test("a number of a JSON document is none of it, whatever a server makes it", () => {
  const token = "12345678901234567890abcdefabcdef";
  const data = { quota: 12_345_678, ids: [34_567_890, -4_567_890_123], text: "a 12345678, b" };
  const { clean } = redactor(token);
  for (const text of [JSON.stringify(data), JSON.stringify(data, undefined, 2)]) {
    expect(JSON.parse(clean(text))).toEqual({ ...data, text: "a ***, b" });
  }
});

test("nor is one with a point or an exponent", () => {
  const made = createRedactor();
  made.addKey(`1234567e${"A".repeat(30)}`);
  for (const number of ["1.1234567e+300", "-0.1234567e7", "1234567e12"]) {
    const text = `{ "quota_per_unit": ${number}, "name": "x1234567ey" }`;
    expect(made.clean(text)).toBe(`{ "quota_per_unit": ${number}, "name": "x***y" }`);
  }
});

test("a token is cut out in the form in which it is shown", () => {
  const token = "##ab[##cd[##ef[##gh[##ij[";
  const { clean } = redactor(token);
  const shown = token.replaceAll("[", String.raw`\u005b`);
  expect(clean(`no ${shown}!`)).toBe("no ***!");
});

test("a server that sends new keys without end fills no memory, and the last are cut out", () => {
  const made = createRedactor(1_000);
  const keyOf = (n: number): string => `${n}k`.padEnd(40, `${n}x`);
  for (let n = 0; n < 1_000; n += 1) made.addKey(keyOf(n));
  expect(made.clean(`a ${keyOf(999)} b ${keyOf(0)}`)).toBe(`a *** b ${keyOf(0)}`);
});

test("a part of any of a server's keys is cut out, however often a text was looked at before", () => {
  const made = createRedactor();
  const keyOf = (n: number): string => `Q${n}`.padEnd(48, `z${n}Y`);
  for (let n = 0; n < 50; n += 1) made.addKey(keyOf(n));
  const digest = "0123456789abcdef".repeat(4);
  for (let n = 0; n < 50; n += 1) {
    expect(made.clean(`${digest} ${keyOf(n).slice(8, 20)}`)).toBe(`${digest} ***`);
  }
  // Such a character has one key alone, and it came late.
  made.addKey("late+".repeat(10));
  made.addKey(keyOf(77));
  expect(made.clean(`a+1 late+late+la ${keyOf(77).slice(3, 15)}`)).toBe("a+1 late+late+la ***");
  made.addKey("late+1".repeat(8));
  expect(made.clean("a te+1late+")).toBe("a ***");
});

test.each([
  "12345678901234567890123456789012",
  "12345678901234567890123456789012.5",
  "12345678e901234",
])("a token of digits alone is no number: %s", (token) => {
  const { clean } = redactor(token);
  expect(clean(`bad token [${token}]`)).toBe("bad token [***]");
  const json = JSON.stringify({ text: `bad token [${token}, 1]` });
  expect(clean(json)).toBe('{"text":"bad token [***, 1]"}');
});

test("a file whose name begins as a document does not make a message one", () => {
  const { clean } = redactor(KEY);
  expect(clean(`{"a.yaml:1:1: error: ${KEY}`)).toBe('{"a.yaml:1:1: error: ***');
  expect(clean(`[${KEY}]`)).toBe("[***]");
});

test("a star does not make a token less of a secret", () => {
  expect(redactor("abc*DEFGHIJKLMNOPQRST").clean("no abc*DEFGHIJKLMNOPQRST here")).toBe(
    "no *** here",
  );
});

test("a short secret is not taken for a part of other words", () => {
  expect(redactor("token").clean("the token")).toBe("the token");
});

const alphabet = fc.constantFrom("a", "b", "n", "0", "1", "u", "\\");
const secret = fc.string({ unit: alphabet, minLength: 8, maxLength: 24 });
const around = fc.string({
  unit: fc.oneof(alphabet, fc.constantFrom(" ", "\n", "\u001b", '"')),
});

test("no eight characters of a secret survive, whatever stands around it", () => {
  const parts = fc.array(fc.oneof(around, secret), { maxLength: 6 });
  fc.assert(
    fc.property(secret, secret, parts, (one, other, parts) => {
      const { clean } = redactor(one, other);
      const text = [...parts, one, ...parts.toReversed(), other.slice(2)].join("");
      for (const hidden of [one, other]) expect(leaks(hidden, clean(text))).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test("text without a secret stays as it is", () => {
  fc.assert(
    fc.property(fc.string(), secret, (text, hidden) => {
      fc.pre(!leaks(hidden, text) && !/sk-[A-Za-z0-9]{32}/.test(text));
      expect(redactor(hidden).clean(text)).toBe(text);
    }),
  );
});

test("a JSON document stays one, with the same fields", () => {
  fc.assert(
    fc.property(secret, fc.array(fc.tuple(around, around), { minLength: 1 }), (hidden, texts) => {
      const names = texts.map(([before, after], index) => ({
        [`field ${index}`]: `${before}${hidden.slice(1)}${after}`,
      }));
      const clean: unknown = JSON.parse(redactor(hidden).clean(JSON.stringify(names)));
      expect(clean).toEqual(names.map((_, index) => ({ [`field ${index}`]: expect.any(String) })));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["begin", "nabcdefg-hij", "x\nabcdefg y", "x*** y"],
  ["end", "abcdefg\\hij", 'x abcdefg"y', "x ***y"],
  ["end in a code", "abcdef\\u-hij", "x abcdef\u001by", "x ***y"],
])("a cut that would %s inside of a JSON escape takes all of it", (_case, hidden, text, clean) => {
  expect(JSON.parse(redactor(hidden).clean(JSON.stringify({ text })))).toEqual({ text: clean });
});

test("cleaning is done after once", () => {
  fc.assert(
    fc.property(secret, around, (hidden, text) => {
      const { clean } = redactor(hidden);
      const once = clean(`${text}${hidden}${text}`);
      expect(clean(once)).toBe(once);
    }),
  );
});

test("plain data is cleaned text by text, and nothing but texts", () => {
  const { clean } = redactor(KEY);
  const data = { n: 12_345_678, list: [KEY, { deep: `x ${KEY}` }], none: null, yes: true };
  expect(cleanTexts(data, clean)).toEqual({
    n: 12_345_678,
    list: ["***", { deep: "x ***" }],
    none: null,
    yes: true,
  });
});

describe("a server's own words", () => {
  const KEY = "Zq7Rw2Xe9Ty4Ui1Op6As3Df8Gh5Jk0Lz";

  test.each([
    ["Duplicate entry 'KEY' for key 'tokens.key'", "Duplicate entry '***' for key 'tokens.key'"],
    ["Key (key)=(KEY) already exists.", "Key (key)=(***) already exists."],
    ["{Id:0 Key:KEY Status:1}", "{Id:0 Key:*** Status:1}"],
    ["SK-KEY, sk-KEY or KEY", "SK-***, sk-*** or ***"],
  ])("are shown without a key that nothing else has shown: %s", (text, expected) => {
    const redactor = createRedactor();
    expect(redactor.cleanWords(text.replaceAll("KEY", KEY))).toBe(expected);
    // They may never be shown.
    redactor.clean("No changes.");
    expect(redactor.hasCut()).toBe(false);
    redactor.clean(expected);
    expect(redactor.hasCut()).toBe(true);
  });

  test.each(["refused: no **…", "refused: \\*\\*\\*"])(
    "are told to be cut where a limit fell into what stands for a key, and in Markdown: %s",
    (shown) => {
      const redactor = createRedactor();
      redactor.cleanWords(KEY);
      redactor.clean(shown);
      expect(redactor.hasCut()).toBe(true);
    },
  );

  test("are told to be cut where a key was cut in two", () => {
    const redactor = createRedactor();
    redactor.clean("name of sk-***…");
    expect(redactor.hasCut()).toBe(true);
  });

  test("are shown with a declared name, whatever a server calls a key", () => {
    const redactor = createRedactor();
    redactor.keep(KEY);
    redactor.addKey(KEY);
    expect(redactor.cleanWords(`name ${KEY} exists`)).toBe(`name ${KEY} exists`);
  });

  test("are shown with a request's id, words, numbers, and names that are declared or live", () => {
    const redactor = createRedactor();
    const [declared, live] = [
      "productionservice2024backendworker01",
      "9a8b7c6d5e4f30211203f4e5d6c7b8a9",
    ];
    redactor.keep(`team/${declared}`);
    redactor.keepLive(live);
    const text = `202501131234567891234567AbCdEfG, ${"word".repeat(9)}, ${"7".repeat(40)}, ${declared}, ${live}`;
    expect(redactor.cleanWords(text)).toBe(text);
    expect(redactor.hasCut()).toBe(false);
  });

  test("are shown without a run of letters and digits as long as an answer may be", () => {
    const redactor = createRedactor();
    const run = "a1".repeat(8_000_000);
    expect(redactor.cleanWords(`no: ${run} …`)).toBe("no: *** …");
    expect(redactor.clean(`no: sk-${run} …`)).toBe("no: sk-*** …");
  });

  test("are shown without a live name that is a key", () => {
    const redactor = createRedactor();
    redactor.keepLive(KEY);
    redactor.addKey(KEY);
    expect(redactor.cleanWords(`token ${KEY}`)).toBe("token ***");
  });
});
