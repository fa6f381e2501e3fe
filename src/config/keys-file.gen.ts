// Generated from schemas/keys.schema.json by scripts/generate-types.mjs.

/**
 * The quota granted, in the server's quota units: what remains plus what was used. Named alone it means unlimited_quota: false.
 */
export type RemainQuota = number;
/**
 * true: the key may spend whatever the account has. false needs remain_quota beside it.
 */
export type UnlimitedQuota = boolean;
/**
 * When the key stops: a date-time with a zone, a bare date (23:59:59Z of it), Unix seconds, or never (-1).
 */
export type ExpiredTime = number | string;
/**
 * Whether model_limits is enforced. Follows from the list; false with a list keeps the list unused.
 */
export type ModelLimitsEnabled = boolean;
/**
 * The models the key may call: a list, or ids separated by commas. [] lifts the limit.
 */
export type ModelLimits = string[] | string;
/**
 * The addresses and networks the key may be used from: a list, or text with one a line. [], "" and null lift the restriction.
 */
export type AllowIps = string[] | string | null;
/**
 * A group the account may use; "" is none. Any group but auto means cross_group_retry: false.
 */
export type Group = string;
/**
 * Whether a call may be tried again in another group; needs group: auto.
 */
export type CrossGroupRetry = boolean;
/**
 * Whether the key may be used. 1 and 2 are the server's numbers for the two.
 */
export type Status = ("enabled" | "disabled") | number;
/**
 * Where the value of the key goes when it is created. Each place has to be allowed with --allow-sink, outside the file.
 *
 * @minItems 1
 * @maxItems 10
 */
export type Deliver = SinkEntry[];

/**
 * The API keys an account should have, for cometkeys.
 */
export interface KeysFile {
  /**
   * The version of this file format.
   */
  version: 1;
  /**
   * Pins the file to one account: nothing is written to another. All files of one run must agree.
   */
  account?: {
    /**
     * The user id the server gives the account.
     */
    user_id: number;
  };
  /**
   * A glob over names (* is any text, ? one character). Every key of this file lies inside it, and no other file's scope overlaps it. --prune deletes, of the live keys inside it, those that no file declares.
   */
  scope?: string;
  /**
   * Globs over names that --prune leaves alone, in every file's scope.
   */
  protect?: string[];
  /**
   * Fields for every key of this file that does not name them itself. A key that names a quota field takes neither quota field from here.
   */
  defaults?: {
    remain_quota?: RemainQuota;
    unlimited_quota?: UnlimitedQuota;
    expired_time?: ExpiredTime;
    model_limits_enabled?: ModelLimitsEnabled;
    model_limits?: ModelLimits;
    allow_ips?: AllowIps;
    group?: Group;
    cross_group_retry?: CrossGroupRetry;
    status?: Status;
  };
  /**
   * The keys. An empty list is valid and deletes nothing.
   */
  keys: KeyEntry[];
}
/**
 * One key. Its identity is its exact name. A field neither the key nor defaults names is left as it is on the server.
 */
export interface KeyEntry {
  /**
   * The exact name: 1 to 50 characters, unique over all files, no white space at either end, not ending in ~new or ~ and digits; 40 bytes at most with deliver. With state: absent it may end in ~new.
   */
  name: string;
  /**
   * absent deletes the key of this name; the entry then takes no other field but the ones for people.
   */
  state?: "present" | "absent";
  /**
   * The name the key had: a live key of that exact name is renamed, and keeps its value. Once it has been, the line does nothing and can go.
   */
  renamed_from?: string;
  /**
   * For people; never sent.
   */
  description?: string;
  /**
   * For people; never sent.
   */
  owner?: string;
  deliver?: Deliver;
  remain_quota?: RemainQuota;
  unlimited_quota?: UnlimitedQuota;
  expired_time?: ExpiredTime;
  model_limits_enabled?: ModelLimitsEnabled;
  model_limits?: ModelLimits;
  allow_ips?: AllowIps;
  group?: Group;
  cross_group_retry?: CrossGroupRetry;
  status?: Status;
}
/**
 * One place: github, file or exec.
 */
export interface SinkEntry {
  /**
   * A secret of a GitHub repository, set with gh secret set.
   */
  github?: {
    /**
     * The repository, as owner/name.
     */
    repository: string;
    /**
     * The name of the secret.
     */
    secret: string;
    /**
     * The environment whose secret it is; without it, the secret is the repository's.
     */
    environment?: string;
  };
  /**
   * A variable of a file that only its owner can read. What else is in the file stays.
   */
  file?: {
    /**
     * The file, below --sink-dir. Its folder has to be there.
     */
    path: string;
    /**
     * How the file is written.
     */
    format: "dotenv" | "json";
    /**
     * The variable, or the field of the JSON object.
     */
    variable: string;
  };
  /**
   * A program and its arguments, run without a shell. The value is on its stdin.
   *
   * @minItems 1
   * @maxItems 100
   */
  exec?: string[];
}
