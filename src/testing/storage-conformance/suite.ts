/** The suite that every engine below the storage seam has to pass. */
import type { StorageDirectory } from '../../storage/storage.ts'
import type { TestTools } from '../vfs-conformance.ts'
import { deletionTests } from './deletions.ts'
import { directoryTests } from './directories.ts'
import { Fixture } from './fixture.ts'
import { indexTests } from './indexes.ts'
import { markTests } from './marks.ts'
import { recordTests } from './records.ts'
import { scanTests } from './scans.ts'
import { schemaTests } from './schemas.ts'
import { transactionTests } from './transactions.ts'

/**
 * Checks an engine against the contract in `storage.ts`. `makeDirectory` is called once per test and gives a directory that
 * has no databases; what it sets up its caller removes.
 */
export function storageConformance(
  tools: TestTools,
  makeDirectory: () => StorageDirectory | Promise<StorageDirectory>,
): void {
  const fixture = new Fixture(tools, makeDirectory)
  directoryTests(fixture)
  deletionTests(fixture)
  schemaTests(fixture)
  recordTests(fixture)
  scanTests(fixture)
  indexTests(fixture)
  transactionTests(fixture)
  markTests(fixture)
}
