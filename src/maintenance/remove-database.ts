/** Deleting a database, sound or not. */
import { domException } from '../errors.ts'
import type { ClosableIDBFactory } from '../api/global/interfaces.ts'
import type { IDBBlocker } from '../base/error-cause.ts'
import { memberOf } from '../base/thrown.ts'
import { queueIdleTimer } from '../event-loop/turn.ts'
import { blockersOf, factsOfBlockers, whoHasIt } from '../explain/blocked.ts'
import { fileNameOf } from '../sqlite/file-name.ts'
import { withFilesAlone } from './files-alone.ts'
import { noSuchDatabase } from './no-such-database.ts'
import { withFactory } from './with-factory.ts'
import type { Tools } from './tools.ts'

/** How a database is deleted. */
export interface RemoveOptions {
  /** How long connections that others have open may take to close, in milliseconds. Default: 10,000. */
  readonly waitMs?: number
  /** Called when there are such connections, with whose they are as far as that is known. */
  readonly onBlocked?: (blockers: readonly IDBBlocker[]) => void
}

/** What was deleted. */
export interface Removed {
  readonly name: string
  /** The version it had; null: it could not be read. */
  readonly version: number | null
}

/**
 * Deletes a database as a program would, so that others who have it open are asked to close it; one that is damaged, by its file.
 * @throws NotFoundError where there is none; AbortError when others keep it open
 */
export async function removeDatabase(
  tools: Tools,
  path: string,
  { name, ...options }: RemoveOptions & { readonly name: string },
): Promise<Removed> {
  const version = await withFactory(tools, path, async (factory) => {
    const found = (await factory.databases()).find((it) => it.name === name)
    if (!found) return 'not listed'
    const isDone = await deleteThrough(factory, { tools, path, name, ...options })
    return isDone ? (found.version ?? 0) : 'damaged'
  })
  if (typeof version === 'number') return { name, version }
  await removeFile(tools, path, name)
  return { name, version: null }
}

interface Deletion extends RemoveOptions {
  readonly tools: Tools
  readonly path: string
  readonly name: string
}

/** False where the database is damaged. */
function deleteThrough(
  factory: ClosableIDBFactory,
  { tools, path, name, waitMs = 10_000, onBlocked = () => {} }: Deletion,
): Promise<boolean> {
  const request = factory.deleteDatabase(name)
  let stopWaiting = (): void => {}
  let hasGivenUp = false
  let blockers: readonly IDBBlocker[] = []
  return new Promise<boolean>((resolve, reject) => {
    request.onblocked = (event) => {
      blockers = blockersOf(event)
      stopWaiting = queueIdleTimer(() => {
        hasGivenUp = true
        // A request that waits for others ends with its factory.
        tools.close(factory).catch(reject)
      }, waitMs)
      try {
        onBlocked(blockers)
      } catch (error) {
        reject(error)
      }
    }
    request.onsuccess = () => resolve(true)
    request.onerror = () => {
      const code = memberOf(memberOf(request.error, 'cause'), 'code')
      if (code === 'ERR_IDB_CORRUPT') resolve(false)
      else reject(hasGivenUp ? stillOpen(name, path, blockers) : request.error)
    }
  }).finally(() => stopWaiting())
}

function stillOpen(name: string, path: string, blockers: readonly IDBBlocker[]): DOMException {
  const message = `Database ${JSON.stringify(name)} in "${path}" is still open, and was not deleted: ${whoHasIt(blockers)}; close it there, or end the programs that use it`
  const facts = { code: 'ERR_IDB_BLOCKED', path, ...factsOfBlockers(name, blockers) } as const
  return domException('AbortError', message, facts)
}

/** Removes a database's file with all that belongs to it, whatever is in it. */
async function removeFile(tools: Tools, path: string, name: string): Promise<void> {
  const { files } = await tools.factsOf(path)
  const fileName = fileNameOf(name)
  if (!files.some((file) => file.name === fileName)) throw await noSuchDatabase(tools, path, name)
  const action = 'Deleting a damaged database'
  await withFilesAlone({ tools, path, action }, async (owned) => {
    const file = { fileName, label: `Database ${JSON.stringify(name)} (file ${fileName})` }
    await owned.quarantine.discardCopies(file)
    await owned.files.remove(file)
  })
}
