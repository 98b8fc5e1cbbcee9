/** A factory on a directory, for one piece of work; other programs may have it open, too. */
import type { ClosableIDBFactory } from '../api/global/interfaces.ts'
import type { Tools } from './tools.ts'

/**
 * Lets `use` have a factory on the directory, and closes it. What it warns of is for the owner, or is found in another way.
 * @throws UnknownError, with the cause ERR_IDB_LOCKED, where the owner shares with no one
 */
export async function withFactory<Result>(
  tools: Tools,
  path: string,
  use: (factory: ClosableIDBFactory) => Promise<Result>,
  onWarning: (warning: Error) => void = () => {},
): Promise<Result> {
  const factory = tools.createIndexedDB({ path, onWarning })
  try {
    return await use(factory)
  } finally {
    await tools.close(factory)
  }
}
