/** For `deno test`, imported by a test file: `indexedDB` is global, and empty at the start of each test. */
export type {} from '../api/global/globals.ts'
import { installWorld } from './install-world.ts'
import type { TestWorld } from './test-world.ts'
import { wrongRunner } from './wrong-runner.ts'

type Hooks = { test: { beforeEach(hook: () => void): void } }

const { Deno } = globalThis as { Deno?: Hooks } // Its own, where it runs.
if (!Deno) throw wrongRunner('deno', 'is for "deno test", and this is not Deno')
const { test } = Deno

/** The world that `indexedDB` belongs to. */
export const world: TestWorld = installWorld((hook) => test.beforeEach(hook))
