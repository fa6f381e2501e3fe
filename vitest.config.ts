import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The long rounds run only when asked for: `npm run test:long`.
    exclude: process.env["LONG"] ? [] : ["test/long/**"],
    globalSetup: ["test/support/build-once.ts"],
    testTimeout: process.env["LONG"] ? 1_800_000 : 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: "forks",
    reporters: ["default", ["json", { outputFile: "reports/tests.json" }]],
    coverage: { include: ["src/**"], reportsDirectory: "coverage" },
  },
});
