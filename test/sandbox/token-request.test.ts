import { describe, expect, it } from "vitest";
import { decodeTokenRequest } from "../../src/sandbox/token-request.ts";

describe("the body of a create or update", () => {
  it.each([
    "",
    "  \n",
    '{"name":',
    "<html>",
    "[]",
    '{"remain_quota":1.5}',
    '{"expired_time":"1"}',
    '{"unlimited_quota":1}',
    '{"group":true,"name":5}',
    '{"allow_ips":[]}',
    '{"auto_groups":"default"}',
    '{"auto_groups":[1]}',
  ])("%j is refused", (body) => {
    expect(decodeTokenRequest(body)).toEqual({ ok: false, error: expect.stringMatching(/./) });
  });

  it("an omitted field and null are both the zero value; unknown fields are skipped", () => {
    const decoded = decodeTokenRequest('{"name":null,"remain_quota":3,"unknown":[1]}');
    expect(decoded).toMatchObject({
      ok: true,
      value: { id: 0, name: "", remain_quota: 3, expired_time: 0, allow_ips: null, status: 0 },
    });
    expect(decoded.ok && "unknown" in decoded.value).toBe(false);
  });
});
