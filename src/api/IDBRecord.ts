/** What `getAllRecords()` lists. https://w3c.github.io/IndexedDB/#record-interface */
import type { RecordResult } from '../core/records/readers.ts'
import { defineInspection } from './webidl/inspect.ts'
import { defineInterface, illegalConstructor } from './webidl/webidl.ts'

let nextRecord: RecordResult | null = null

/** https://w3c.github.io/IndexedDB/#idbrecord */
export class IDBRecord {
  readonly #record: RecordResult

  constructor() {
    if (!nextRecord) throw illegalConstructor()
    this.#record = nextRecord
    nextRecord = null
  }

  get key(): unknown {
    return this.#record.key
  }

  get primaryKey(): unknown {
    return this.#record.primaryKey
  }

  get value(): unknown {
    return this.#record.value
  }
}

defineInterface(IDBRecord, 'IDBRecord')
defineInspection(IDBRecord, 'IDBRecord', ['key', 'primaryKey', 'value'])

/** The script-visible record. */
export function recordHandle(record: RecordResult): IDBRecord {
  nextRecord = record
  return new IDBRecord()
}
