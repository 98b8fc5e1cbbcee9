/** What the view asks of whatever it looks into. Everything that crosses is plain JSON, so that it can cross a network. */
import type { Json } from '../../src/rendering/json.ts'

/** Keys and values in their rendered form. */
export type { Json }

/** Whatever has databases. */
export interface Source {
  /** What is looked into, as a heading says it: a path, an origin. */
  readonly title: string
  /** Whether `put` and `remove` may be asked for. */
  readonly isWritable: boolean
  databases(): Promise<DatabaseName[]>
  schema(database: string): Promise<Schema>
  /** The records after a position, at most `limit`. */
  page(request: PageRequest): Promise<Page>
  count(request: CountRequest): Promise<number>
  /** One record whole; null: there is none any more. */
  record(place: RecordPlace): Promise<WholeRecord | null>
  /** Replaces the value of a record. @throws Error when the value would have another key */
  put(place: RecordPlace, value: Json): Promise<void>
  remove(place: RecordPlace): Promise<void>
  sizes(database: string): Promise<SourceSize[]>
  /** Calls the listener whenever something may have changed. @returns what ends that */
  watch(listener: () => void): () => void
  /** What was committed in the last minute, by all who use the database; null: it does not tell. */
  activity(database: string): Promise<Activity | null>
}

export interface DatabaseName {
  readonly name: string
  readonly version: number
}

export interface Schema extends DatabaseName {
  readonly stores: readonly StoreSchema[]
}

export type KeyPath = string | readonly string[] | null

export interface StoreSchema {
  readonly name: string
  readonly keyPath: KeyPath
  readonly autoIncrement: boolean
  readonly indexes: readonly IndexSchema[]
}

export interface IndexSchema {
  readonly name: string
  readonly keyPath: KeyPath
  readonly unique: boolean
  readonly multiEntry: boolean
}

/** An object store, or one of its indexes. */
export interface StorePlace {
  readonly database: string
  readonly store: string
  /** null: the object store itself. */
  readonly index: string | null
}

/** Bounds that are null are not there. */
export interface Range {
  readonly lower: Json
  readonly upper: Json
  readonly lowerOpen: boolean
  readonly upperOpen: boolean
}

/** Where a record lies in the order of its store or index. */
export interface Position {
  readonly key: Json
  readonly primaryKey: Json
}

export interface CountRequest extends StorePlace {
  readonly range: Range | null
}

export interface PageRequest extends CountRequest {
  readonly direction: 'next' | 'prev'
  /** null: from the beginning in that direction. */
  readonly after: Position | null
  readonly limit: number
}

/** A record as a row shows it. */
export interface Row extends Position {
  /** The value in a line, shortened. */
  readonly preview: string
  /** About how large the value is. */
  readonly bytes: number
}

export interface Page {
  readonly rows: readonly Row[]
  readonly hasMore: boolean
}

export interface RecordPlace {
  readonly database: string
  readonly store: string
  /** The primary key. */
  readonly key: Json
}

/** `value` is left out of records that are too large to be shown. */
export interface WholeRecord {
  readonly key: Json
  readonly bytes: number
  readonly value?: Json
}

/** What an object store (`index` null) or an index takes, estimated from a sample of its records. */
export interface SourceSize {
  readonly store: string
  readonly index: string | null
  readonly count: number
  readonly bytes: number
  /** How many records the estimate is made from. */
  readonly sampled: number
}

/** What was committed in the last minute. Times are in milliseconds since the epoch. */
export interface Activity {
  readonly nowMs: number
  /** Since when commits are noted. */
  readonly sinceMs: number
  /** When there may have been commits that nothing was told of; null: never. */
  readonly missedMs: number | null
  /** By object store and second, where there was something. */
  readonly seconds: readonly StoreSecond[]
  /** The latest transactions, the last first. */
  readonly latest: readonly Commit[]
}

/** What was committed to an object store within a second. */
export interface StoreSecond {
  readonly store: string
  readonly startMs: number
  readonly transactions: number
  /** At least as many. */
  readonly changes: number
}

/** A transaction that has committed changes. */
export interface Commit {
  readonly atMs: number
  /** `changes` null: more than 1,000. */
  readonly stores: readonly { readonly store: string; readonly changes: number | null }[]
  /** Whether the view has made it. */
  readonly isOwn: boolean
  /** From its beginning to the commit; null: of another, not known. */
  readonly tookMs: number | null
}
