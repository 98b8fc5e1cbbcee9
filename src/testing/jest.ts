/** For `setupFilesAfterEnv` of Jest: `indexedDB` is global, and empty at the start of each test. */
export type {} from '../api/global/globals.ts'
import { installWorld } from './install-world.ts'
import type { TestWorld } from './test-world.ts'
import { wrongRunner } from './wrong-runner.ts'

const { beforeEach } = globalThis as { beforeEach?: (hook: () => void) => void } // Jest's own, where it runs.
if (!beforeEach) {
  throw wrongRunner(
    'jest',
    'needs the beforeEach() of Jest: list it in setupFilesAfterEnv, as there is none yet when those of setupFiles are loaded',
  )
}

/** The world that `indexedDB` belongs to. */
export const world: TestWorld = installWorld(beforeEach)
