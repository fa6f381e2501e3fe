import { configureGlobal } from "fast-check";
import { inject } from "vitest";

// Every property of a run begins at the same seed: the fixed one of `npm test`, or the fresh one of
// the long rounds, which they print. Loaded where it is used, for it takes time.
configureGlobal({ seed: inject("seed") });

export * from "fast-check";
