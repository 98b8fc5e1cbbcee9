import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['dot'],
    setupFiles: process.env['IDB_TEST_KEEP'] ? ['test/kit/keep-directories.ts'] : [],
    // Against hangs only: a machine that is busy with other things is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
