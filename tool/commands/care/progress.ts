import type { MaintenanceOptions } from 'idb-everywhere/maintenance'
import { plainText } from '../../terminal/plain-text.ts'
import { startProgress } from '../../terminal/progress.ts'

/** Shows on a terminal how far `work` has got with the records of a store. */
export async function withProgress<Result>(
  action: string,
  work: (onProgress: NonNullable<MaintenanceOptions['onProgress']>) => Promise<Result>,
): Promise<Result> {
  const progress = startProgress('records')
  try {
    return await work(({ database, store, done, total }) =>
      progress.show(`${action} ${plainText(database)} ${plainText(store)}`, done, total),
    )
  } finally {
    progress.end()
  }
}
