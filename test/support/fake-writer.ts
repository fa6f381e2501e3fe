import type { KeysWriter } from "../../src/api/keys-api.ts";

/** A client whose every use fails the test but for the methods given. */
export function fakeWriter(methods: Partial<KeysWriter>): KeysWriter {
  const unexpected = (name: string) => () => Promise.reject(new Error(`${name} was not expected`));
  return {
    list: unexpected("list"),
    listNewest: unexpected("listNewest"),
    confirm: async (list) => ({ ok: true, value: list }),
    listSince: unexpected("listSince"),
    get: unexpected("get"),
    hint: unexpected("hint"),
    create: unexpected("create"),
    replace: unexpected("replace"),
    setStatus: unexpected("setStatus"),
    remove: unexpected("remove"),
    reveal: unexpected("reveal"),
    ...methods,
  };
}
