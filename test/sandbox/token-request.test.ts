import { describe, expect, it } from "vitest";
import { decodeTokenRequest } from "../../src/sandbox/token-request.ts";

const field = (name: string): string => `into Go struct field tokenRequest.Token.${name} of type`;

describe("a body is decoded as Go would", () => {
  it.each([
    ["", "EOF"],
    ["  \n", "EOF"],
    ['{"name":', "unexpected EOF"],
    ['{"name"', "unexpected EOF"],
    ['{"name":"a', "unexpected EOF"],
    ["<html>", "invalid character '<' looking for beginning of value"],
    ['{"name":?}', "invalid character '?' looking for beginning of value"],
    ["[]", "json: cannot unmarshal array into Go value of type tokenRequest"],
    ['{"remain_quota":1.5}', `json: cannot unmarshal number 1.5 ${field("remain_quota")} int`],
    ['{"expired_time":"1"}', `json: cannot unmarshal string ${field("expired_time")} int64`],
    ['{"unlimited_quota":1}', `json: cannot unmarshal number ${field("unlimited_quota")} bool`],
    ['{"group":true,"name":5}', `json: cannot unmarshal bool ${field("group")} string`],
    ['{"allow_ips":[]}', `json: cannot unmarshal array ${field("allow_ips")} string`],
    [
      '{"auto_groups":"default"}',
      "json: cannot unmarshal string into Go struct field tokenRequest.auto_groups of type []string",
    ],
  ])("%j: %s", (body, message) => {
    expect(decodeTokenRequest(body)).toEqual({ ok: false, error: message });
  });

  it("an omitted field and null are both the zero value; unknown fields are skipped", () => {
    const decoded = decodeTokenRequest('{"name":null,"remain_quota":3,"unknown":[1]}');
    expect(decoded).toMatchObject({
      ok: true,
      value: { id: 0, name: "", remain_quota: 3, expired_time: 0, allow_ips: null, status: 0 },
    });
  });
});
