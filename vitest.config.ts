import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The long rounds run only when asked for: `npm run test:long`.
    exclude: process.env["LONG"] ? [] : ["test/long/**"],
    globalSetup: ["test/support/seed.ts", "test/support/build-once.ts"],
    setupFiles: ["test/support/fixed-seed.ts"],
    // These only end what hangs: a busy machine must not fail a test.
    testTimeout: process.env["LONG"] ? 3_600_000 : 600_000,
    hookTimeout: 600_000,
    teardownTimeout: 600_000,
    maxWorkers: 2,
    pool: "forks",
    reporters: ["default", ["json", { outputFile: "reports/tests.json" }]],
    coverage: { include: ["src/**"], reportsDirectory: "coverage" },
  },
});
