/** Every place a fault may strike, one kind of request each. */
const PLACES = ["list", "get", "post", "put", "status", "delete"] as const;
export type Place = (typeof PLACES)[number];

/** Faults after which a client cannot know whether the server acted, though it did not. */
const LOST = ["reset-before", "hang-before", "500-before", "502-html-before"] as const;
/** The same, though it did or will. */
const LANDED = [
  "reset-after",
  "hang-after",
  "500-after",
  "502-html-after",
  "cut",
  "late:300",
] as const;
const LIMITED = ["429:1", "429-bare"] as const;
const OTHER = [
  "slow:500",
  "html",
  "refuse",
  "refuse-after",
  "redirect",
  "drop:remain_quota",
  "drop:status",
  "dead",
] as const;

export const KINDS = [...LOST, ...LANDED, ...LIMITED, ...OTHER];
export type Kind = (typeof KINDS)[number];

type Codes = readonly number[];

/** What is not the plain case: exit 0, since the list shows what became of a write. */
const AT_FIRST: Readonly<Partial<Record<Kind, Readonly<Partial<Record<Place, Codes>>>>>> = {
  // Before the server has answered as this API once, HTML means a wrong address.
  html: { list: [9] },
  redirect: { list: [9], get: [9] },
  // A refused list is read again, a refused record is looked up in the list, and a refused create is sent once
  // more after the deletes, which may have made room.
  refuse: { put: [6], status: [6], delete: [6] },
  // A new key that lacks a field is unused yet and is brought in line at once; an old one is not.
  "drop:remain_quota": { put: [6] },
  "drop:status": { status: [6] },
  dead: { post: [6] },
};

/** Faults of what is stored do nothing to a request that stores no such field. */
const STORING: Readonly<Partial<Record<Kind, readonly Place[]>>> = {
  "drop:remain_quota": ["post", "put"],
  "drop:status": ["status"],
  dead: ["post"],
};

/** Every fault at every kind of request that it can do something to. */
export const CASES: readonly (readonly [Place, Kind])[] = PLACES.flatMap((place) =>
  KINDS.filter((kind) => STORING[kind]?.includes(place) ?? true).map(
    (kind) => [place, kind] as const,
  ),
);

/** The exit codes a run may end with when the first request of a kind meets a fault. */
export function codesAtFirst(place: Place, kind: Kind): Codes {
  return AT_FIRST[kind]?.[place] ?? [0];
}

/** The same when every request of a kind meets it. */
export function codesAtEvery(place: Place, kind: Kind): Codes {
  const reading = place === "list" || place === "get";
  const unreadable: readonly Kind[] = [...LOST, ...LANDED, "html", "redirect"];
  const open: readonly Kind[] = [...LOST, "html", "redirect"];
  if (kind.startsWith("429") || (reading && unreadable.includes(kind))) return [9];
  if (open.includes(kind)) return [8];
  // A record that is listed but never shown is neither written nor deleted.
  if (kind.startsWith("refuse") && reading) return [9];
  if (kind === "refuse" && place === "post") return [6];
  return codesAtFirst(place, kind);
}

/** Flags under which a fault shows what it does in little time. */
export function flagsFor(kind: Kind, isEvery: boolean): string {
  if (kind.startsWith("hang")) return "--timeout 3s";
  return kind.startsWith("429") && isEvery ? "--deadline 12s" : "";
}
