/** Test worlds: databases in memory, with a factory that can start over. */
import { factoryOf } from '../api/IDBFactory.ts'
import { factoryOn } from '../hosting/composition.ts'
import { optionError } from '../errors.ts'
import { unknownOption } from '../explain/unknown-option.ts'
import { checkOptions } from '../options/check-options.ts'
import { underPresentNames } from '../options/former-names.ts'
import { membersOf } from '../options/options.ts'
import { close, createIndexedDB } from '../index.ts'
import { installGlobals } from '../api/global/install.ts'
import type { ClosableHost } from '../protocol/protocol.ts'
import type { ClosableIDBFactory } from '../api/global/interfaces.ts'
import type { Vfs } from '../files/vfs.ts'
import { type FaultPlan, type FaultyVfs, faulty } from './fault-vfs.ts'
import { type MemoryVfs, memory } from '../../vfs/memory.ts'
import { WorldHost } from './world-host.ts'

/** What `createTestWorld()` takes. */
export interface TestWorldOptions {
  /**
   * How many bytes all databases together may take, as `createIndexedDB({ quotaBytes })` counts them. Default: no limit.
   * A new database takes about 28 KiB.
   */
  readonly quotaBytes?: number
  /** @deprecated Use `quotaBytes`. */
  readonly quota?: number
  /**
   * What goes wrong, and when. A world made with a plan, even an empty one, counts every call of its files, behaves as
   * if on disk, and takes further plans by `inject()`; that makes it slower.
   */
  readonly faults?: FaultPlan
}

/** An isolated set of databases, in memory. */
export interface TestWorld {
  /** The same object for as long as the world lives, through every `reset()`. */
  readonly indexedDB: ClosableIDBFactory
  /**
   * Starts over, at once, with what the world began with: nothing, or what was there when it was forked. Connections
   * still open stay with the former databases, which nothing else sees any more.
   */
  reset(): void
  /**
   * Another world that begins with all transactions committed here so far, connections still open included. Takes
   * microseconds whatever the size: the two share what neither has written since. It has no plan of faults.
   */
  fork(): TestWorld
  /** Closes every connection by force: transactions abort, `close` is fired. */
  forceClose(): void
  /**
   * Replaces the plan of faults, and starts counting calls from 1 again.
   *
   * @throws TypeError for a malformed plan, and for a world made without the option `faults`.
   */
  inject(plan: FaultPlan): void
  /** Puts `indexedDB` and the IDB* classes on a global object, over what is there. Default: `globalThis`. */
  install(target?: object): void
  /** Closes every connection as `close()` does and waits for their transactions. The world can still be used. */
  close(): Promise<void>
}

/** Makes a world without databases. @throws TypeError for an unknown option or a malformed value. */
export function createTestWorld(options: TestWorldOptions = {}): TestWorld {
  const { faults, ...others } = membersOf(options)
  checkNames(others)
  checkOptions(others)
  const { quotaBytes } = underPresentNames(others)
  return worldFrom(memory(), { quotaBytes, faults })
}

/** What errors call the directory: it lies nowhere. */
const worldPath = ':memory:'

/** The options of a world; undefined is no limit, and no plan. */
interface WorldLimits {
  readonly quotaBytes: number | undefined
  readonly faults: FaultPlan | undefined
}

/** `beginning` is forked whenever the world starts, and so never written. */
function worldFrom(beginning: MemoryVfs, { quotaBytes, faults }: WorldLimits): TestWorld {
  let files = beginning.fork()
  let disk = faults === undefined ? null : faulty(files, faults)
  const host = new WorldHost(hostOver(disk ?? files, quotaBytes))
  // What a factory explains here by default.
  const { explainer } = factoryOf(createIndexedDB({ vfs: beginning, path: worldPath }))
  const indexedDB = factoryOn(host, { explain: explainer?.settings ?? null })
  return {
    indexedDB,
    reset() {
      files = beginning.fork()
      disk = faults === undefined ? null : faulty(files, faults)
      host.exchange(hostOver(disk ?? files, quotaBytes))
    },
    fork: () => worldFrom(files.fork(), { quotaBytes, faults: undefined }),
    forceClose: () => host.forceClose(),
    inject: (plan) => faultsOf(disk).inject(plan),
    install(target = globalThis) {
      installGlobals({ target, force: true }, () => indexedDB)
    },
    close: () => close(indexedDB),
  }
}

function hostOver(vfs: Vfs, quotaBytes: number | undefined): ClosableHost {
  return factoryOf(createIndexedDB({ vfs, path: worldPath, quotaBytes })).host
}

function faultsOf(disk: FaultyVfs | null): FaultyVfs {
  if (disk) return disk
  const message = 'The world was made without the option "faults"; make it with faults: {}'
  throw optionError('faults', message)
}

function checkNames(options: object): void {
  for (const name of Object.keys(options)) {
    if (name === 'quotaBytes' || name === 'quota') continue
    throw unknownOption(name, ['quotaBytes', 'faults'])
  }
}
