/** What `getAllRecords()` lists. https://w3c.github.io/IndexedDB/#record-interface */
import type { RecordResult } from '../core/records/result-readers.ts'
import { defineInspection } from './webidl/inspect.ts'
import { defineInterface } from './webidl/webidl.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<RecordResult>()

/** https://w3c.github.io/IndexedDB/#idbrecord */
export class IDBRecord {
  readonly #record: RecordResult

  constructor() {
    this.#record = handover.take()
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
  return handover.make(IDBRecord, record)
}
