import { liveAddresses } from "./address.ts";
import {
  addressesWiden,
  expiryInFile,
  instantText,
  itemsWiden,
  liveModels,
  longerWidens,
  moreWidens,
  onNarrows,
  onWidens,
  type Difference,
  type Direction,
  type FieldValue,
} from "./field-rules.ts";
import { isFlag, isInteger, isText } from "./json.ts";
import { grantDifference, grantOf, quotaText, remainFor } from "./quota.ts";
import { STATUS, statusDifference, statusText } from "./status.ts";

/**
 * Each API field: its canonical form, as a file declares it, and the form the server stores where
 * that is another one. With an entry in `FIELDS` and in the schema this is all there is to a field.
 */
interface FieldForms {
  readonly status: Form<"enabled" | "disabled", number>;
  /** Unix seconds; -1 never expires. */
  readonly expired_time: Form<number>;
  /** Declared: quota units *granted*, what remains plus what was used. Stored: what remains. */
  readonly remain_quota: Form<number>;
  readonly unlimited_quota: Form<boolean>;
  readonly model_limits_enabled: Form<boolean>;
  /** Model ids, trimmed, without repeats, in file order; `[]` means none. */
  readonly model_limits: Form<readonly string[], string>;
  /** Canonical addresses and networks without repeats, in file order; `[]` means no restriction. */
  readonly allow_ips: Form<readonly string[], string | null>;
  readonly group: Form<string>;
  readonly cross_group_retry: Form<boolean>;
}

interface Form<Declared, Stored = Declared> {
  readonly declared: Declared;
  readonly stored: Stored;
}

export type FieldName = keyof FieldForms;
export type Declared<F extends FieldName> = FieldForms[F]["declared"];
export type Stored<F extends FieldName> = FieldForms[F]["stored"];

/**
 * What a file declares of one key, in canonical form. An absent field is not managed: neutral on
 * create, left alone on update. Fields that others imply (`follows`) are already filled in.
 */
export type DesiredFields = { readonly [F in FieldName]?: Declared<F> };

/** The fields as the server stores them. */
export type StoredFields = { readonly [F in FieldName]: Stored<F> };

/** A file's and a record's side, for the rules that look at more than their own field. */
interface Sides {
  readonly desired: DesiredFields;
  readonly live: StoredFields & { readonly used_quota: number };
}

/** How one API field is read, made canonical, written, compared and shown. */
interface Field<Declared, Stored> {
  /** Whether a value in a record has the field's type. */
  readonly isStored: (value: unknown) => value is Stored;
  /** How a record reads that lacks the field, as an older server's may; if absent, it is refused. */
  readonly missing?: Stored;
  /** What a file would declare to get what is stored, read as the server itself reads it. */
  readonly fromStored: (stored: Stored, live: Sides["live"]) => Declared | undefined;
  readonly toStored: (declared: Declared, used: number) => Stored;
  /** What a create sends for a field that is not declared, as the documentation's example has it. */
  readonly neutral: Stored;
  /** What is to be changed, where more counts than the value. `now`: Unix seconds by the server. */
  readonly compare?: (sides: Sides, now: number) => Difference | undefined;
  /**
   * Whether a change lets the key do more. A field that depends on a switch (a quota beside
   * `unlimited_quota`, a list beside `model_limits_enabled`) is judged where the switch stays as it
   * is; where the switch itself moves, it carries the direction.
   */
  readonly direction: (change: Difference, sides: Sides) => Direction;
  /** The part that only a person changes, if not all: a delete wants it as it was planned. */
  readonly setting?: (stored: Stored) => unknown;
  /** A declared value as a plan holds it, if otherwise. */
  readonly planned?: (declared: Declared) => FieldValue;
  /** A number of a plan for people, where digits do not say enough; `quotaPerUnit`: see `Plan`. */
  readonly text?: (value: number, quotaPerUnit?: number) => string;
  /** How `init` writes a value that the canonical form leaves hard to read. */
  readonly inFile?: (declared: Declared) => string | number;
  /** The field that implies this one where only that one is declared. */
  readonly follows?: {
    readonly field: FieldName;
    readonly as: (desired: DesiredFields) => Declared | undefined;
  };
}

/** The table, in the order of the wire. A quota and a status depend on more than their own value. */
export const FIELDS: { readonly [F in FieldName]: Field<Declared<F>, Stored<F>> } = {
  status: {
    isStored: isInteger,
    // Expired and exhausted are the server's own observations; a file cannot ask for them.
    fromStored: (stored) => (stored === STATUS.disabled ? "disabled" : undefined),
    toStored: (declared) => STATUS[declared],
    neutral: STATUS.enabled,
    compare: ({ desired, live }, now) => statusDifference(desired, live, now),
    direction: ({ after }) => (after === STATUS.enabled ? "widen" : "narrow"),
    // The server itself turns a key expired or exhausted; only disabling is somebody's act.
    setting: (stored) => stored === STATUS.disabled,
    planned: (declared) => STATUS[declared],
    text: statusText,
  },
  expired_time: plain({
    isStored: isInteger,
    neutral: -1,
    direction: longerWidens,
    text: instantText,
    inFile: expiryInFile,
  }),
  remain_quota: {
    isStored: isInteger,
    // A limited key in use can stand slightly below nothing; the least a file can grant is nothing.
    fromStored: (_, live) => (live.unlimited_quota ? undefined : Math.max(0, grantOf(live))),
    toStored: remainFor,
    neutral: 0,
    compare: ({ desired, live }) => grantDifference(desired, live),
    direction: (change, { live }) => (live.unlimited_quota ? "neutral" : moreWidens(change)),
    // Use moves it at any time.
    setting: () => undefined,
    text: quotaText,
  },
  unlimited_quota: plain({
    isStored: isFlag,
    neutral: false,
    direction: onWidens,
    follows: {
      field: "remain_quota",
      as: ({ remain_quota }) => (remain_quota === undefined ? undefined : false),
    },
  }),
  model_limits_enabled: plain({
    isStored: isFlag,
    missing: false,
    neutral: false,
    direction: onNarrows,
    follows: {
      field: "model_limits",
      as: ({ model_limits }) => model_limits && model_limits.length > 0,
    },
  }),
  model_limits: {
    isStored: isText,
    missing: "",
    fromStored: liveModels,
    toStored: (models) => models.join(","),
    neutral: "",
    direction: (change, { desired, live }) => {
      const enabledAfter = desired.model_limits_enabled ?? live.model_limits_enabled;
      return live.model_limits_enabled && enabledAfter ? itemsWiden(change) : "neutral";
    },
  },
  allow_ips: {
    isStored: isText,
    missing: "",
    fromStored: liveAddresses,
    toStored: (addresses) => addresses.join("\n"),
    neutral: null,
    direction: addressesWiden,
    setting: (stored) => stored ?? "",
  },
  group: plain({ isStored: isText, missing: "", neutral: "", direction: () => "widen" }),
  cross_group_retry: plain({
    isStored: isFlag,
    missing: false,
    neutral: false,
    direction: onWidens,
    // The server keeps the switch off for every group but `auto`, so anything else would drift.
    follows: {
      field: "group",
      as: ({ group }) => (group === undefined || group === "auto" ? undefined : false),
    },
  }),
};

const NAMES = Object.keys(FIELDS).filter((name): name is FieldName => name in FIELDS);

/** The order in which fields are compared, printed and hashed: the quota first, the status last. */
export const FIELD_ORDER: readonly FieldName[] = [
  ...new Set<FieldName>([
    "remain_quota",
    "unlimited_quota",
    ...NAMES.filter((name) => name !== "status"),
    "status",
  ]),
];

/** What a create and a full update carry; the status has a request of its own. */
export type SentField = Exclude<FieldName, "status">;

/** One value for each field, in the order of the wire. */
export function mapFields(value: <F extends FieldName>(field: F) => Stored<F>): StoredFields {
  const fields = Object.fromEntries(NAMES.map((field) => [field, value(field)]));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of them, each of its own type
  return fields as StoredFields;
}

/** What a file would declare to get the record as it is. */
export function fieldsOf(live: Sides["live"]): DesiredFields {
  const declared = <F extends FieldName>(field: F): Declared<F> | undefined =>
    FIELDS[field].fromStored(live[field], live);
  const entries = NAMES.map((field) => [field, declared(field)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A field of one value, which is stored as it is declared. */
function plain<T extends string | number | boolean>(
  entry: Omit<Field<T, T>, "fromStored" | "toStored">,
): Field<T, T> {
  return { fromStored: (stored) => stored, toStored: (declared) => declared, ...entry };
}
