import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The long rounds run only when asked for: `npm run test:long`.
    exclude: process.env["LONG"] ? [] : ["test/long/**"],
    globalSetup: ["test/support/seed.ts", "test/support/build-once.ts"],
    setupFiles: ["test/support/clean-up.ts"],
    // One load of the modules serves many files: a fresh process for each takes half a second.
    isolate: false,
    // These only end what hangs: a busy machine must not fail a test.
    testTimeout: process.env["LONG"] ? 3_600_000 : 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 600_000,
    // Many tests wait for a server or a clock: more than twice as many as usual cores keep them busy.
    maxWorkers: 5,
    pool: "forks",
    reporters: ["default", ["json", { outputFile: "reports/tests.json" }]],
    // Switched on by `npm test`, because part of the tests covers part of the source. What counts is
    // covered in-process: the runs of the built command are not seen. Branches, because every rule
    // of these four layers is one.
    coverage: {
      include: ["src/http/**", "src/api/**", "src/apply/**", "src/plan/**"],
      reportsDirectory: "coverage",
      reporter: ["text-summary", ["text", { file: "files.txt", skipFull: true }]],
      thresholds: {
        "src/http/**": { branches: 90 },
        "src/api/**": { branches: 95 },
        "src/apply/**": { branches: 95 },
        "src/plan/**": { branches: 97 },
      },
    },
  },
});
