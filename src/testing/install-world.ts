/** What the set-up modules of the test runners share. */
import { createTestWorld, type TestWorld } from './test-world.ts'

/** Installs an empty world on the global object, and makes it empty again before each test. */
export function installWorld(beforeEach: (hook: () => void) => unknown): TestWorld {
  const world = createTestWorld()
  world.install()
  // A body of its own: what `reset()` returns is not the runner's matter.
  beforeEach(() => {
    world.reset()
  })
  return world
}
