/** The records of an export, checked line by line. */
import { isObject, type Json, type JsonObject } from '../rendering/json.ts'
import { parseKey } from '../rendering/keys.ts'
import { parseWholeValue } from '../rendering/parse-value.ts'
import { cutFile, damagedFile, type DatabaseDescription, readHeader } from './header.ts'
import type { Lines } from './lines.ts'

/** A record to be stored; its key is undefined where it lies in the value. */
export interface ImportedRecord {
  readonly store: number
  readonly key: IDBValidKey | undefined
  readonly value: unknown
  /** Where it was read, from 1; of lines alone. */
  readonly line?: number
}

/** Records that came together. */
export interface ImportedBatch {
  readonly records: readonly ImportedRecord[]
  readonly bytes: number
}

/** An export being read. */
export interface ExportReading {
  readonly description: DatabaseDescription
  /** Its records. Throws DataError where the file is damaged, or cut off. */
  batches(): AsyncGenerator<ImportedBatch>
}

/** As many records as are stored at once: each is a request. */
const mostRecords = 100

/** Reads the first line. @throws DataError where it is none of an export */
export async function readExport(lines: AsyncGenerator<Lines>): Promise<ExportReading> {
  const first = await lines.next()
  if (first.done) throw cutFile(0)
  const [header = '', ...others] = first.value.lines
  const description = readHeader(header, first.value.isCut)
  const { bytes } = first.value
  return {
    description,
    batches: () => readBatches(description, withFirst({ lines: others, bytes }, lines)),
  }
}

async function* withFirst(first: Lines, others: AsyncGenerator<Lines>): AsyncGenerator<Lines> {
  yield first
  yield* others
}

async function* readBatches(
  description: DatabaseDescription,
  pieces: AsyncGenerator<Lines>,
): AsyncGenerator<ImportedBatch> {
  const reader = new LineReader(description)
  for await (const { lines, bytes, isCut } of pieces) {
    if (isCut) return reader.finish()
    let records: ImportedRecord[] = []
    for (const line of lines) {
      const record = await reader.read(line)
      if (record) records.push(record)
      if (records.length < mostRecords) continue
      yield { records, bytes }
      records = []
    }
    if (records.length > 0) yield { records, bytes }
  }
  reader.finish()
}

/** Reads the lines after the first. */
class LineReader {
  readonly #stores: DatabaseDescription['stores']
  readonly #counts: number[]
  /** The first line has been read. */
  #line = 1
  #hasEnded = false

  constructor({ stores }: DatabaseDescription) {
    this.#stores = stores
    this.#counts = stores.map(() => 0)
  }

  /** The record that the line has; null for the last line, and for an empty one. */
  async read(line: string): Promise<ImportedRecord | null> {
    this.#line++
    if (line.trim() === '') return null
    if (this.#hasEnded) throw damagedFile(this.#line, 'it goes on after its end')
    const json = this.#parse(line)
    if (json['end'] === true) return this.#end(json)
    try {
      return await this.#recordOf(json)
    } catch (error) {
      throw damagedFile(this.#line, (error as Error).message)
    }
  }

  /** @throws DataError if the last line has not come */
  finish(): void {
    if (!this.#hasEnded) throw cutFile(this.#line)
  }

  #parse(line: string): JsonObject {
    try {
      const json = JSON.parse(line) as Json
      if (isObject(json)) return json
    } catch {
      throw damagedFile(this.#line, 'it is no JSON')
    }
    throw damagedFile(this.#line, 'it is no record')
  }

  async #recordOf(json: JsonObject): Promise<ImportedRecord> {
    const { s, k, v } = json
    const store = typeof s === 'number' ? this.#stores[s] : undefined
    if (typeof s !== 'number' || !store) throw new Error('it belongs to no object store')
    if (v === undefined) throw new Error('it has no value')
    if ((store.keyPath === null) === (k === undefined))
      throw new Error('its key is missing, or has no place')
    this.#counts[s] = (this.#counts[s] ?? 0) + 1
    return {
      store: s,
      key: k === undefined ? undefined : parseKey(k),
      value: await parseWholeValue(v),
      line: this.#line,
    }
  }

  #end({ counts }: JsonObject): null {
    this.#hasEnded = true
    if (JSON.stringify(counts) === JSON.stringify(this.#counts)) return null
    throw damagedFile(
      this.#line,
      `records are missing: there were ${JSON.stringify(counts)}, and ${JSON.stringify(this.#counts)} have come`,
    )
  }
}
