/** For `node --import … --test`: `indexedDB` is global, and empty at the start of each test. */
import { beforeEach } from 'node:test'
export type {} from '../api/global/globals.ts'
import { installWorld } from './install-world.ts'
import type { TestWorld } from './test-world.ts'
import { runnerHere, wrongRunner } from './wrong-runner.ts'

// Others have that module, too, and never call its hooks.
if (runnerHere()) throw wrongRunner('node', 'is for node:test, whose hooks are not called here')

/** The world that `indexedDB` belongs to. */
export const world: TestWorld = installWorld(beforeEach)
