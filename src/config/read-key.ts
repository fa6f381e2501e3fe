import { type DesiredFields, FIELD_ORDER } from "../model/key.ts";
import { toDesiredFields, withDefaults } from "./field-groups.ts";
import { type FieldUses, type ReadContext, readFieldUses } from "./fields.ts";
import { eatenComment } from "./forbidden-text.ts";
import { type LocatedMap, headOf } from "./nodes.ts";
import type { Range } from "./problem.ts";
import { readName } from "./text-fields.ts";

/** One entry of a file as far as it could be read. */
export interface KeyReading {
  /** Absent when the name was refused. */
  readonly name?: string;
  readonly state: "present" | "absent";
  readonly fields: DesiredFields;
  /** The name's place, or the entry's first field. */
  readonly range: Range;
}

/** Reads one entry under `keys`, with the file's defaults under it. */
export function readKey(map: LocatedMap, defaults: FieldUses, context: ReadContext): KeyReading {
  const nameNode = map.entries.get("name")?.value;
  const named = nameNode && !context.unfit.has(nameNode) ? nameNode : undefined;
  const name = named && readName(named, context.report);
  if (named?.kind === "scalar") eatenComment(named, context.text, context.report);
  const range = nameNode ? headOf(nameNode) : headOf(map);
  const reading = { ...(name !== undefined && { name }), range };
  if (isAbsent(map)) {
    checkAbsent(map, context);
    return { ...reading, state: "absent", fields: {} };
  }
  const own = readFieldUses(map, context, "key");
  const place = map.incomplete ? undefined : range;
  const fields = toDesiredFields(withDefaults(own, defaults), place, context.report);
  return { ...reading, state: "present", fields };
}

function isAbsent(map: LocatedMap): boolean {
  const state = map.entries.get("state")?.value;
  return state?.kind === "scalar" && state.value === "absent";
}

/**
 * A key to be deleted has no fields: where there are some, it may be meant to stay. Their values
 * are looked at all the same, so that both faults are told in one run.
 */
function checkAbsent(map: LocatedMap, context: ReadContext): void {
  const extra = FIELD_ORDER.filter((field) => map.entries.has(field));
  const [first] = [...map.entries].filter(([name]) => extra.some((field) => field === name));
  if (!first) return;
  readFieldUses(map, context, "key");
  context.report({
    code: "absent-fields",
    range: first[1].keyRange,
    message: `a key with state: absent is deleted and takes no ${extra.join(", ")}`,
    fix: "remove these fields, or remove state: absent to keep the key",
  });
}
