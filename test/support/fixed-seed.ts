import * as fc from "fast-check";
import { inject } from "vitest";

// Every property of a run begins at the same seed: the fixed one of `npm test`, or the fresh one of
// the long rounds, which they print.
fc.configureGlobal({ seed: inject("seed") });
