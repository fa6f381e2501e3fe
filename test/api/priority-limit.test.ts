import { expect, test } from "vitest";
import { createPriorityLimit } from "../../src/api/priority-limit.ts";

/** A task that ends when told to; `order` shows which began when. */
function taskMaker(order: string[]) {
  const ends = new Map<string, () => void>();
  const task = (name: string) => (): Promise<void> => {
    order.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  return { task, end: (name: string) => ends.get(name)?.() };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("an urgent task starts before all that wait, in no other order than asked", async () => {
  const order: string[] = [];
  const { task, end } = taskMaker(order);
  const limit = createPriorityLimit(1);
  const first = limit.run(false, task("first"));
  await settle();
  const runs = [first, limit.run(false, task("second")), limit.run(true, task("urgent"))];
  await settle();
  expect(order).toEqual(["first"]);
  end("first");
  await settle();
  expect(order).toEqual(["first", "urgent"]);
  end("urgent");
  await settle();
  end("second");
  await Promise.all(runs);
  expect(order).toEqual(["first", "urgent", "second"]);
});

test("a smaller size holds as running tasks end, a larger one at once", async () => {
  const order: string[] = [];
  const { task, end } = taskMaker(order);
  const limit = createPriorityLimit(2);
  const names = ["a", "b", "c", "d"];
  const runs = names.map((name) => limit.run(false, task(name)));
  await settle();
  limit.resize(1);
  end("a");
  await settle();
  expect(order).toEqual(["a", "b"]);
  limit.resize(3);
  await settle();
  expect(order).toEqual(names);
  for (const name of names) end(name);
  await Promise.all(runs);
});

test("a task that fails gives its turn back and its error to whoever asked", async () => {
  const limit = createPriorityLimit(1);
  const failing = limit.run(false, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  await expect(limit.run(false, async () => "next")).resolves.toBe("next");
});
