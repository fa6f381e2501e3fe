import { expect, test } from "vitest";
import { YAMLMap, YAMLSeq } from "yaml";
import { parseDocumentOf } from "../../src/config/yaml-document.ts";

test.each([
  ["!!omap [a: 1, b: 2]", YAMLSeq],
  ["!!pairs [a: 1, b: 2]", YAMLSeq],
  ["!!set { a, b }", YAMLMap],
  ["%YAML 1.1\n---\n!!omap [a: 1, b: 2]", YAMLSeq],
])("%j is a plain node: those of the library's tags compare each name with each", (text, kind) => {
  expect(parseDocumentOf(text)?.contents?.constructor).toBe(kind);
});
