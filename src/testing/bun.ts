/** For `preload` of `bun test`: `indexedDB` is global, and empty at the start of each test. */
import { beforeEach } from 'bun:test'
export type {} from '../api/global/globals.ts'
import { installWorld } from './install-world.ts'
import type { TestWorld } from './test-world.ts'

/** The world that `indexedDB` belongs to. */
export const world: TestWorld = installWorld(beforeEach)
