/** Databases on files, or in memory, as a place for programs. */
import { createIndexedDB } from '../../../src/index.ts'
import type { Vfs } from '../../../src/files/vfs.ts'
import { platform } from '../../../src/platform/node.ts'
import { openStorageDirectory } from '../../../src/sqlite/directory.ts'
import { type Engine, loadEngine } from '../../../src/sqlite/engine.ts'
import type { Place } from './run-program.ts'

/** Where files are. */
interface Directory {
  readonly vfs: Vfs
  readonly path: string
}

/** The databases in a directory. */
export function onFiles(directory: Directory): Place {
  return { create: () => createIndexedDB(directory), check: () => checkFiles(directory) }
}

let engine: Promise<Engine> | undefined

/** SQLite's check and ours: index entries and records agree, key generators are beyond their keys. */
async function checkFiles({ vfs, path }: Directory): Promise<string[]> {
  const getEngine = (): Promise<Engine> => (engine ??= loadEngine(() => platform.loadWasm()))
  const storage = openStorageDirectory({ vfs, path, waitMs: 0, getEngine })
  const problems: string[] = []
  for (const { name } of await storage.list()) {
    const database = await storage.open(name)
    problems.push(...database.care.check())
    await database.close()
  }
  await storage.close()
  return problems
}
