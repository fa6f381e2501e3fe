import { readFileSync } from "node:fs";

/** A request and its answer as they were recorded from a server of the family. */
export interface Exchange {
  readonly case: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly then_newest?: unknown;
}

const EXCHANGES: readonly Exchange[] = JSON.parse(
  readFileSync("fixtures/recorded/exchanges.json", "utf8"),
);

/** The recorded exchange of a case; of several, the first. */
export function recorded(name: string): Exchange {
  const found = EXCHANGES.find((exchange) => exchange.case === name);
  if (found === undefined) throw new Error(`nothing recorded as "${name}"`);
  return found;
}
