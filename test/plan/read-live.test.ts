import { describe, expect, test } from "vitest";
import { liveAddresses, liveModels } from "../../src/plan/read-live.ts";

describe("stored models are read as the gateway splits them", () => {
  test.each([
    ["", []],
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a,b,a", ["a", "b"]],
    ["a,,b,", ["a", "b"]],
    ["a, b", ["a", " b"]],
    [" gpt-4o , gpt-4o,", [" gpt-4o ", " gpt-4o"]],
    ["a\nb", ["a\nb"]],
  ])("%j", (stored, models) => {
    expect(liveModels(stored)).toEqual(models);
  });
});

describe("stored addresses are read as the server uses them", () => {
  test.each([
    [null, []],
    ["", []],
    [" \n\n", []],
    ["10.0.0.1\n10.0.0.2", ["10.0.0.1", "10.0.0.2"]],
    ["10.0.0.1\r\n10.0.0.2", ["10.0.0.1", "10.0.0.2"]],
    ["10.0.0.1\t\n10.0.0.1", ["10.0.0.1"]],
    ["1 0.0.0. 1", ["10.0.0.1"]],
    ["10.0.0.1,10.0.0.2", ["10.0.0.1,10.0.0.2"]],
    ["10.0.0.1,", ["10.0.0.1"]],
    ["10.0.0.1/32\n2001:DB8::1/128", ["10.0.0.1", "2001:db8::1"]],
    ["10.1.2.3/8", ["10.0.0.0/8"]],
    ["not-an-ip", ["not-an-ip"]],
    ["10.0.0.1;10.0.0.2", ["10.0.0.1;10.0.0.2"]],
  ])("%j", (stored, addresses) => {
    expect(liveAddresses(stored)).toEqual(addresses);
  });
});
