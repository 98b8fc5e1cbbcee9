/** For `setupFilesAfterEnv` of Jest: `indexedDB` is global, and empty at the start of each test. */
import { installWorld } from './install-world.ts'
import type { TestWorld } from './test-world.ts'

const { beforeEach } = globalThis as { beforeEach?: (hook: () => void) => void } // Jest's own, where it runs.
if (!beforeEach) {
  throw new TypeError('There is no beforeEach(): list this module in setupFilesAfterEnv of Jest')
}

/** The world behind `indexedDB`. */
export const world: TestWorld = installWorld(beforeEach)
