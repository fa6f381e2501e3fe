import { afterAll, afterEach } from "vitest";
import { endFile, endTest } from "./after-test.ts";

// A setup file is run anew for every test file, also where many share one load of the modules: a hook in
// a module of theirs would be there for the first of them alone.
afterEach(endTest);
afterAll(endFile);
