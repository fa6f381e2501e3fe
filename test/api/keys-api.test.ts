import { expect, test } from "vitest";
import { createClient } from "../../src/api/client.ts";
import { createKeysWriter, type KeysWriter } from "../../src/api/keys-api.ts";
import { sleep } from "../../src/model/ports.ts";
import { Secret } from "../../src/model/secret.ts";
import { updateBody } from "../../src/plan/record.ts";
import { createStop } from "../../src/run/stop.ts";
import { liveKey } from "../support/records.ts";
import {
  ACCEPTED,
  jsonAnswer,
  limited,
  scriptedSend,
  type Reply,
} from "../support/scripted-send.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const clock = createVirtualClock();

/** A writer that sends one request at a time. */
function writer(first: Reply, onName: (name: string) => void = () => {}) {
  const { send, requests } = scriptedSend(first, ACCEPTED);
  const options = {
    send,
    clock,
    random: () => 0.5,
    emit: () => {},
    words: (text: string) => text,
    token: new Secret("raw-token"),
    timeoutMs: 30_000,
    concurrency: 1,
    stop: createStop(clock, 900_000),
    onKey: () => {},
    onName,
  };
  return { keys: createKeysWriter(createClient(options), options), requests };
}

test("the name that only one record shows is told, as those of a list are", async () => {
  const names: string[] = [];
  const { keys } = writer(jsonAnswer({ success: true, data: liveKey({ id: 1 }) }), (name) =>
    names.push(name),
  );
  await clock.until(keys.get(1));
  expect(names).toEqual([liveKey().name]);
});

const RECORD = updateBody(liveKey(), []);

const slow =
  (ms: number): Reply =>
  async () => {
    await sleep(clock, ms);
    return ACCEPTED;
  };

type Write = (keys: KeysWriter) => ReturnType<KeysWriter["remove"]>;

test.each<[string, Write]>([
  ["an update", (keys) => keys.replace(RECORD)],
  ["a status", (keys) => keys.setStatus(RECORD)],
  ["a delete", (keys) => keys.remove(1)],
])("%s that waited until the read it rests on was old is given back unsent", async (_, write) => {
  const behind = async (first: Reply): Promise<string> => {
    const { keys } = writer(first);
    const [, answer] = await clock.until(Promise.all([keys.remove(2), write(keys)]));
    return answer.kind;
  };
  expect(await behind(slow(500))).toBe("accepted");
  expect(await behind(slow(501))).toBe("paused");
  // However short the pause of its own 429.
  const { keys, requests } = writer(limited());
  expect((await clock.until(write(keys))).kind).toBe("paused");
  expect(requests).toHaveLength(1);
});
