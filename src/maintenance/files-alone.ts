/** What can be done only to files that no one else has. */
import { StorageError } from '../errors.ts'
import { isBusy, type OwnedFiles, withOwnedFiles } from './owned-files.ts'
import type { Tools } from './tools.ts'

/**
 * Runs `work` on the files of a directory. `action`: what needs them, at the head of a sentence.
 * @throws StorageError 'busy' that says who has the directory, and what to do
 */
export async function withFilesAlone<Result>(
  { tools, path, action }: { tools: Tools; path: string; action: string },
  work: (owned: OwnedFiles) => Promise<Result>,
): Promise<Result> {
  let hasBegun = false
  try {
    return await withOwnedFiles(tools, path, (owned) => {
      hasBegun = true
      return work(owned)
    })
  } catch (error) {
    if (hasBegun || !isBusy(error)) throw error
    throw inUse(error, path, action)
  }
}

function inUse(error: StorageError, path: string, action: string): StorageError {
  const { owner = null } = error.facts
  const who = owner
    ? `process ${owner.pid}, thread ${owner.thread}, on host "${owner.host}" since ${owner.since}`
    : 'a process that left no readable claim'
  const message = `${action} needs the files of "${path}" alone, and they are in use by ${who}; end it, or call close(factory) there`
  return new StorageError('busy', message, { owner })
}
