/** A database that is kept open, in the way of its deletion. */
import { createIndexedDB } from '../../../../src/index.ts'
import { openDatabase } from '../../../kit/promises.ts'

const name = 'held'

/** What a deletion is told of those in its way. */
export interface Told {
  readonly message: string
  readonly cause: object
}

/** Opens it, and never closes it. */
export async function holdOpen(
  path: string,
  options: { readonly explain: boolean },
): Promise<void> {
  const indexedDB = createIndexedDB({ path, ...options })
  await openDatabase(indexedDB, () => {}, { name })
}

/** Deletes it; resolves when that is blocked. */
export function blockedDeletion(path: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const onWarning = ({ message, cause }: Error): void =>
      resolve({ message, cause: { ...(cause as object) } })
    const request = createIndexedDB({ path, explain: true, onWarning }).deleteDatabase(name)
    request.onsuccess = () => reject(new Error('It was deleted'))
  })
}
