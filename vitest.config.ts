import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['dot'],
    // Two at least: tests that wait leave the processor to others.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    setupFiles: process.env['IDB_TEST_KEEP'] ? ['test/kit/keep-directories.ts'] : [],
    // Against hangs only: a machine that is busy with other things is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
})
