/** The schema of a damaged file, as far as it can be read: what is missing of it is guessed, so that no record is given up for it. */
import { append } from '../../base/own-property.ts'
import { isA } from '../../base/thrown.ts'
import { StorageError } from '../../errors.ts'
import type { Connection } from '../binding/connection.ts'
import { type DatabaseRows, readDatabaseRows } from '../schema/schema-rows.ts'

/**
 * Reads it. Where the object stores cannot be read, those are named by their ids that there are records of, without key paths and
 * generators; indexes that cannot be read are left out. Where the name and the version cannot be read, those are `name` and 1.
 *
 * @throws StorageError 'corrupt' where what can be read contradicts itself
 */
export function readDamagedRows(connection: Connection, name: string): DatabaseRows {
  return readDatabaseRows(connection, {
    name,
    take(error) {
      if (!isA(error, StorageError) || error.code !== 'corrupt') throw error
    },
    storeIds: (end) => storeIds(connection, end),
  })
}

/** The ids below `end` that there are records of, as far as these can be read. */
function storeIds(connection: Connection, end: number): readonly number[] {
  const ids: number[] = []
  const next = connection.prepare('SELECT min(store_id) FROM records WHERE store_id > ?')
  try {
    for (let id = 0; ;) {
      next.bindInteger(1, id)
      if (!next.step() || next.isNull(0)) break
      id = next.number(0)
      next.reset()
      if (id >= end) break
      append(ids, id)
    }
  } catch (error) {
    if (!isA(error, StorageError) || error.code !== 'corrupt') throw error
  } finally {
    next.reset()
  }
  return ids
}
