/** For `deno test`, imported by a test file: `indexedDB` is global, and empty at the start of each test. */
import { installWorld } from './install-world.ts'
import type { TestWorld } from './test-world.ts'

type Hooks = { test: { beforeEach(hook: () => void): void } }

const { Deno } = globalThis as { Deno?: Hooks } // Its own, where it runs.
if (!Deno) throw new TypeError('There is no Deno: this module is for "deno test"')
const { test } = Deno

/** The world behind `indexedDB`. */
export const world: TestWorld = installWorld((hook) => test.beforeEach(hook))
