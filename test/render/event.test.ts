import * as fc from "../support/fast-check.ts";
import { expect, test } from "vitest";
import type { Event } from "../../src/model/events.ts";
import { eventLine } from "../../src/render/event.ts";
import { expectGolden } from "../support/golden.ts";
import { hostileText, UNSAFE } from "../support/hostile-text.ts";
import { NOW } from "../support/records.ts";
import { OUTCOMES } from "./outcomes.ts";

const EVENTS: readonly Event[] = [
  { type: "request", method: "GET", path: "/api/token/?p=1", outcome: "success", ms: 12 },
  { type: "request", method: "POST", path: "/\u001b[2J", outcome: "unknown (reset)", ms: 0 },
  { type: "retry", what: "GET /api/token/", reason: "ECONNRESET\nread" },
  { type: "pause", ms: 179_001, until: NOW * 1000 + 1 },
  { type: "wait", what: "for late answers to settle", ms: 4_960 },
  { type: "stopping", reason: "SIGINT" },
  { type: "sent", name: "ci\u202e", sent: 3, total: 100 },
  ...OUTCOMES.map((outcome, index) => ({
    type: "outcome" as const,
    outcome,
    done: index + 1,
    total: OUTCOMES.length,
  })),
];

test("events: one line each, with its loudness", () => {
  const lines = EVENTS.map((event) => eventLine(event)).map(
    ({ text, shown, passing }) => `${shown}${passing ? ", passing" : ""}: ${text}\n`,
  );
  expect(lines.filter((line) => line.indexOf("\n") === line.length - 1)).toHaveLength(
    EVENTS.length,
  );
  expectGolden("fixtures/render/events.txt", lines.join(""));
});

test("no text of the server or a file breaks a line, nor a terminal", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const events: readonly Event[] = [
        { type: "retry", what: text, reason: text },
        { type: "sent", name: text, sent: 1, total: 1 },
        { type: "request", method: "GET", path: text, outcome: "x", ms: 1 },
      ];
      for (const event of events) {
        expect(eventLine(event).text).not.toMatch(UNSAFE);
        expect(eventLine(event).text).not.toContain("\n");
      }
    }),
  );
});
