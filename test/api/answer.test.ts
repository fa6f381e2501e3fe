import * as fc from "../support/fast-check.ts";
import { describe, expect, test } from "vitest";
import { classify as classifyWith } from "../../src/api/answer.ts";
import type { HttpAnswer, SendResult } from "../../src/http/send.ts";
import { answer, jsonAnswer } from "../support/scripted-send.ts";

const classify = (result: SendResult) => classifyWith(result, (text) => text);

const REFUSAL = { success: false, message: "record not found" };
const UNAUTHORIZED = { code: "AUTH_UNAUTHORIZED", message: "invalid", success: false };
const NOT_FOUND = { error: { message: "Invalid URL (GET /x)", type: "invalid_request_error" } };
const HTML = "<!doctype html><title>CometAPI</title>";
const html = (more: Partial<HttpAnswer> = {}) =>
  answer(HTML, { contentType: "text/html", ...more });

describe("a clear answer", () => {
  test("success carries the data and the server's clock", () => {
    const date = "Fri, 15 Jan 2027 08:00:00 GMT";
    expect(classify(jsonAnswer({ success: true, data: [1] }, { date }))).toEqual({
      kind: "success",
      data: [1],
      size: 27,
      serverTime: 1_800_000_000_000,
    });
  });

  test.each([undefined, "", "yesterday"])(
    "a date of %j leaves the server's clock unknown",
    (date) => {
      const more = date === undefined ? {} : { date };
      expect(classify(jsonAnswer({ success: true, data: 1 }, more))).toEqual({
        kind: "success",
        data: 1,
        size: 25,
      });
    },
  );

  test.each([
    ["success:false in a 200 is a refusal", jsonAnswer(REFUSAL), "refused", "record not found"],
    [
      "an AUTH_ code in a 200 is a refused token",
      jsonAnswer(UNAUTHORIZED),
      "unauthorized",
      "invalid",
    ],
    [
      "an AUTH_ code that is no text is a refusal",
      jsonAnswer({ ...REFUSAL, code: 7 }),
      "refused",
      "record not found",
    ],
    [
      "another code in a 200 is a refusal",
      jsonAnswer({ ...REFUSAL, code: "X_AUTH_" }),
      "refused",
      "record not found",
    ],
    ["a refusal without words has an empty message", jsonAnswer({ success: false }), "refused", ""],
    [
      "a message that is no text is not quoted",
      jsonAnswer({ success: false, message: { a: 1 } }),
      "refused",
      "",
    ],
    [
      "401 is a refused token",
      jsonAnswer(UNAUTHORIZED, { status: 401 }),
      "unauthorized",
      "invalid",
    ],
    [
      "401 with an error object quotes it",
      jsonAnswer({ error: { message: "bad" } }, { status: 401 }),
      "unauthorized",
      "bad",
    ],
    ["401 with HTML is a refused token without words", html({ status: 401 }), "unauthorized", ""],
    [
      "404 is not found",
      jsonAnswer(NOT_FOUND, { status: 404 }),
      "not-found",
      "Invalid URL (GET /x)",
    ],
    ["404 with HTML is not found without words", html({ status: 404 }), "not-found", ""],
    ["400 is a refusal", jsonAnswer(REFUSAL, { status: 400 }), "refused", "record not found"],
    [
      "403 with HTML is a refusal that names the status",
      html({ status: 403 }),
      "refused",
      "HTTP 403",
    ],
    [
      "422 with success:true is still a refusal",
      jsonAnswer({ success: true }, { status: 422 }),
      "refused",
      "HTTP 422",
    ],
  ])("%s", (_rule, result, kind, message) => {
    expect(classify(result)).toEqual({ kind, message });
  });

  test("keys are taken out of a message before it is cut", () => {
    const words = (text: string): string => text.replaceAll("KEY", "***");
    const long = `${"x".repeat(497)}KEY`;
    for (const status of [200, 401, 404, 422, 500]) {
      const body = { success: false, message: long };
      const result = classifyWith(jsonAnswer(body, { status }), words);
      expect(JSON.stringify(result)).toContain(`${"x".repeat(497)}***`);
    }
  });

  test("a message is quoted up to 500 characters", () => {
    const result = classify(jsonAnswer({ success: false, message: "x".repeat(9_000) }));
    expect(result).toEqual({ kind: "refused", message: `${"x".repeat(500)}…` });
  });
});

describe("a rate limit", () => {
  test("429 has an empty body and may name no time", () => {
    expect(classify(answer("", { status: 429, contentType: "" }))).toEqual({ kind: "limited" });
  });

  test("429 carries Retry-After unread", () => {
    expect(classify(answer("", { status: 429, retryAfter: "180" }))).toEqual({
      kind: "limited",
      retryAfter: "180",
    });
  });

  test("429 is a limit whatever its body says", () => {
    expect(classify(jsonAnswer(REFUSAL, { status: 429 })).kind).toBe("limited");
  });
});

test.each([300, 301, 302, 303, 307, 308, 399])(
  "HTTP %i is a redirect, never followed",
  (status) => {
    expect(classify(html({ status }))).toEqual({ kind: "redirect", status });
  },
);

describe("an answer that does not tell whether the server acted", () => {
  test.each([408, 409, 425])("HTTP %i, even with success:false", (status) => {
    expect(classify(jsonAnswer(REFUSAL, { status }))).toEqual({
      kind: "unknown",
      why: "in-doubt-status",
      reason: `HTTP ${status}`,
    });
  });

  test.each([
    [
      "500 with JSON",
      jsonAnswer({ message: "boom" }, { status: 500 }),
      "server-error",
      "HTTP 500: boom",
    ],
    ["502 with HTML", html({ status: 502 }), "server-error", "HTTP 502"],
    ["503 with an empty body", answer("", { status: 503 }), "server-error", "HTTP 503"],
    [
      "500 that claims success",
      jsonAnswer({ success: true }, { status: 500 }),
      "server-error",
      "HTTP 500",
    ],
    [
      "599 with an error object",
      jsonAnswer({ error: { message: "late", code: "x" } }, { status: 599 }),
      "server-error",
      "HTTP 599: late",
    ],
    ["HTML in a 200", html(), "html", "HTML instead of JSON"],
    ["HTML that calls itself JSON", answer(`  ${HTML}`), "html", "HTML instead of JSON"],
    ["an empty 200", answer(""), "empty", "HTTP 200 with an empty body"],
    ["white space alone", answer(" \n"), "empty", "HTTP 200 with an empty body"],
    ["an empty 204", answer("", { status: 204 }), "empty", "HTTP 204 with an empty body"],
    [
      "a JSON body that was cut",
      answer('{"success":tr'),
      "cut",
      "a body that is not complete JSON",
    ],
    [
      "JSON that would take ten times its size in memory",
      answer(`{"success":true,"data":[${"{},".repeat(500_000)}{}]}`),
      "cut",
      "a body that is not complete JSON, or has more than 500,000 parts",
    ],
    ["JSON that is a list", answer("[]"), "cut", "a body that is not complete JSON"],
    ["JSON that is null", answer("null"), "cut", "a body that is not complete JSON"],
    ["JSON without success", answer('{"data":[]}'), "shape", 'JSON without "success"'],
    ["success that is no boolean", answer('{"success":"true"}'), "shape", 'JSON without "success"'],
  ])("%s", (_rule, result, why, reason) => {
    expect(classify(result)).toEqual({ kind: "unknown", why, reason });
  });

  test("a 500 that names invalid_request is final", () => {
    const body = { error: { code: "invalid_request", message: "no" } };
    expect(classify(jsonAnswer(body, { status: 500 }))).toEqual({
      kind: "unknown",
      why: "server-error",
      reason: "HTTP 500: no",
      final: true,
    });
  });

  test.each(["reset", "cut", "timeout", "aborted"] as const)(
    "a connection that broke: %s",
    (why) => {
      expect(classify({ kind: "broken", why, reason: "r" })).toEqual({
        kind: "unknown",
        why,
        reason: "r",
      });
    },
  );
});

test("a connection that never opened carried nothing", () => {
  expect(classify({ kind: "not-sent", reason: "ECONNREFUSED" })).toEqual({
    kind: "not-sent",
    reason: "ECONNREFUSED",
  });
});

test("nothing but success:true in a 2xx object is ever a success", () => {
  const body = fc.oneof(fc.string(), fc.json());
  const status = fc.integer({ min: 200, max: 599 });
  fc.assert(
    fc.property(status, body, fc.string(), (status, text, contentType) => {
      const { kind } = classify(answer(text, { status, contentType }));
      if (kind !== "success") return;
      expect(status).toBeLessThan(300);
      expect(JSON.parse(text)).toMatchObject({ success: true });
    }),
  );
});
