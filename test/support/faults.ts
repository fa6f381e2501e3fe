import type { Code } from "../../src/model/codes.ts";

/** A field of a key and its value as written in the file. */
export type Pair = readonly [field: string, value: string];

/** A key with a fault, and the field on whose line an error must stand. */
export interface FaultyKey {
  readonly pairs: readonly Pair[];
  readonly at: number;
  /** Appended to the line of that field. */
  readonly comment?: string;
  /** Written before that line in place of its indentation. */
  readonly indentation?: string;
}

export interface Fault {
  readonly kind: string;
  readonly code: Code;
  /** Whether the fault needs a field a line, without braces. */
  readonly blockOnly?: boolean;
  readonly apply: (sound: readonly Pair[], otherName: string) => FaultyKey;
}

/** The secret every fault about secrets uses; no output may contain it. */
export const PLANTED_SECRET = `sk-${"9fQ2".repeat(12)}`;

/** Every kind of fault; the sound key given to each has a name, a quota and no group. */
export const FAULTS: readonly Fault[] = [
  set("boolean-yes", "schema-type", "unlimited_quota", "yes"),
  set("number-exponent", "yaml-number", "remain_quota", "1e6"),
  set("number-leading-zero", "yaml-number", "remain_quota", "0777"),
  set("number-hexadecimal", "yaml-number", "remain_quota", "0xFF"),
  set("number-octal", "yaml-number", "remain_quota", "0o17"),
  set("number-underscores", "yaml-number", "remain_quota", "1_000"),
  set("number-too-large", "yaml-number", "remain_quota", "9007199254740993"),
  set("number-infinite", "yaml-number", "remain_quota", "1e400"),
  set("number-quoted", "schema-type", "remain_quota", '"500"'),
  set("quota-negative", "quota-range", "remain_quota", "-1"),
  set("name-number", "schema-type", "name", "2027"),
  set("name-null", "schema-type", "name", "null"),
  set("name-empty", "name-invalid", "name", '""'),
  set("name-reserved", "name-reserved", "name", "rotated~2"),
  set("name-padded", "name-invalid", "name", '" padded"'),
  set("name-zero-width", "name-invalid", "name", "zero\u200Bwidth"),
  set("name-line-break", "name-invalid", "name", '"two\\nlines"'),
  set("name-too-long", "name-invalid", "name", "n".repeat(51)),
  set("expiry-zero", "expiry-invalid", "expired_time", "0"),
  set("expiry-milliseconds", "expiry-invalid", "expired_time", "1798675200000"),
  set("expiry-without-zone", "expiry-invalid", "expired_time", "2027-01-31T00:00:00"),
  set("expiry-no-such-day", "expiry-invalid", "expired_time", "2027-02-30"),
  set("expiry-quoted-digits", "expiry-invalid", "expired_time", '"1798675200"'),
  set("address-host-bits", "address-invalid", "allow_ips", "[10.0.0.1/8]"),
  set("address-commas", "address-invalid", "allow_ips", '"10.0.0.1,10.0.0.2"'),
  set("address-host-name", "address-invalid", "allow_ips", "[host.example]"),
  set("address-prefix", "address-invalid", "allow_ips", "[10.0.0.0/40]"),
  set("models-white-space", "models-invalid", "model_limits", '["gpt 4o"]'),
  set("models-comma-in-item", "models-invalid", "model_limits", '["a,b"]'),
  set("models-null", "schema-type", "model_limits", "null"),
  set("models-number", "schema-type", "model_limits", "[4.1]"),
  set("status-of-server", "schema-value", "status", "3"),
  set("status-unknown", "schema-value", "status", "paused"),
  set("group-number", "schema-type", "group", "7"),
  set("retry-without-auto", "group-invalid", "cross_group_retry", "true"),
  set("enabled-without-models", "models-invalid", "model_limits_enabled", "true", "model_limits"),
  set("unknown-field", "schema-unknown-field", "colour", "red"),
  set("misspelt-field", "schema-unknown-field", "grup", "vip"),
  set("template", "yaml-template", "group", '"${{ vars.GROUP }}"'),
  set("template-shell", "yaml-template", "group", '"${GROUP}"'),
  set("template-braces", "yaml-template", "group", "{{ group }}"),
  set("tag", "yaml-tag", "description", "!custom text"),
  set("alias-unknown", "yaml-alias", "model_limits", "*nowhere"),
  set("merge-key", "yaml-merge-key", "<<", "{group: vip}"),
  set("secret-in-value", "secret-in-file", "description", PLANTED_SECRET),
  set("reserved-character", "yaml-syntax", "description", "@team"),
  set("unknown-escape", "yaml-syntax", "description", '"\\q"'),
  set("quote-open", "yaml-syntax", "description", "'open"),
  {
    kind: "secret-in-comment",
    code: "secret-in-file",
    apply: (pairs) => ({ pairs, at: 0, comment: ` # ${PLANTED_SECRET}` }),
  },
  {
    kind: "field-twice",
    code: "yaml-duplicate-key",
    apply: (pairs) => ({ pairs: [...pairs, ["name", "again"]], at: pairs.length }),
  },
  {
    kind: "tab",
    code: "yaml-syntax",
    blockOnly: true,
    apply: (pairs) => ({ pairs, at: pairs.length - 1, indentation: "\t" }),
  },
  {
    kind: "name-duplicate",
    code: "name-duplicate",
    apply: (pairs, otherName) => replaced(pairs, ["name", otherName]),
  },
  {
    kind: "name-missing",
    code: "schema-missing-field",
    apply: (pairs) => ({ pairs: pairs.filter(([field]) => field !== "name"), at: 0 }),
  },
  {
    kind: "quota-missing",
    code: "quota-missing",
    apply: (pairs) => {
      const left = pairs.filter(([field]) => !field.endsWith("quota"));
      return { pairs: left, at: left.findIndex(([field]) => field === "name") };
    },
  },
  {
    kind: "absent-with-fields",
    code: "absent-fields",
    apply: (pairs) => {
      const all: readonly Pair[] = [...pairs, ["state", "absent"]];
      return {
        pairs: all,
        at: all.findIndex(([field]) => !/^(?:name|description|state)$/.test(field)),
      };
    },
  },
];

function set(kind: string, code: Code, field: string, value: string, without?: string): Fault {
  return {
    kind,
    code,
    apply: (pairs) =>
      replaced(
        pairs.filter(([name]) => name !== without),
        [field, value],
      ),
  };
}

function replaced(pairs: readonly Pair[], pair: Pair): FaultyKey {
  const at = pairs.findIndex(([field]) => field === pair[0]);
  if (at < 0) return { pairs: [...pairs, pair], at: pairs.length };
  return { pairs: pairs.with(at, pair), at };
}
