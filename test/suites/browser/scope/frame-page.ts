/** What a frame without an origin of its own says of databases: functions on `globalThis.frame`. */
import type * as Package from '../../../../src/inline.ts'

/** How each method ends with the default VFS, and an open with the memory VFS. */
export interface FrameOutcomes {
  readonly open: string
  readonly deleteDatabase: string
  readonly databases: string
  readonly memory: string
}

async function outcomes(): Promise<FrameOutcomes> {
  const { createIndexedDB, memory } = (await import(
    new URL('/dist/inline.js', new URL(import.meta.url).origin).href
  )) as typeof Package
  const factory = createIndexedDB()
  const inMemory = createIndexedDB({ vfs: memory() }).open('a')
  return {
    open: thrownBy(() => factory.open('a')),
    deleteDatabase: thrownBy(() => factory.deleteDatabase('a')),
    databases: await factory.databases().then(String, describe),
    memory: await new Promise((resolve) => {
      inMemory.onsuccess = () => resolve('success')
      inMemory.onerror = () => resolve(describe(inMemory.error))
    }),
  }
}

function thrownBy(action: () => unknown): string {
  try {
    action()
    return 'nothing is thrown'
  } catch (error) {
    return describe(error)
  }
}

function describe(error: unknown): string {
  return error instanceof DOMException ? `${error.name}: ${error.message}` : String(error)
}

const frame = { outcomes }
export type Frame = typeof frame

Object.assign(globalThis, { frame })
