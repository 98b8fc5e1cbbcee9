/**
 * The Indexed Database API as types, complete in themselves: a project that has the DOM's types gets those, so that its
 * databases fit wherever they are asked for; a project without them gets the ones written here. Types only.
 * https://w3c.github.io/IndexedDB/#idl-index
 */

/** The type of `name`'s instances in the project's own libraries, else `Ours`. */
export type Standard<Name extends string, Ours> =
  typeof globalThis extends Record<Name, { readonly prototype: infer Theirs }> ? Theirs : Ours

/** An interface object: for `instanceof`, and for names; script cannot construct an instance. */
export interface InterfaceObject<Instance> {
  new (): Instance
  readonly prototype: Instance
}

/** `[Symbol.asyncDispose]`, for `await using`, in projects whose libraries know that symbol. */
export type Disposable = SymbolConstructor extends {
  readonly asyncDispose: infer Key extends symbol
}
  ? { [key in Key]: () => PromiseLike<void> }
  : unknown

/** https://w3c.github.io/IndexedDB/#dfn-convert-a-value-to-a-key: what may be a key. */
export type ValidKey = number | string | Date | ArrayBuffer | ArrayBufferView | ValidKey[]

/**
 * A value that is read. The one `any`: script alone knows what it has stored, and what compiles against the DOM's
 * declarations, which say `any`, must compile against these.
 */
export type StoredValue = any

/** What a query may be: a key, or a range of keys. */
export type Query = ValidKey | KeyRange

export type CursorDirection = 'next' | 'nextunique' | 'prev' | 'prevunique'
export type TransactionMode = 'readonly' | 'readwrite' | 'versionchange'
export type TransactionDurability = 'default' | 'relaxed' | 'strict'

/** https://w3c.github.io/IndexedDB/#dictdef-idbgetalloptions */
export interface GetAllOptions {
  query?: Query | null
  count?: number
  direction?: CursorDirection
}

type StandardEvent = Standard<'Event', { readonly type: string; readonly target: unknown }>

type StandardException = Standard<'DOMException', Error & { readonly code: number }>

type VersionChangeEventType = Standard<'IDBVersionChangeEvent', VersionChangeEvent>

type Listener<This, Event> = ((this: This, event: Event) => unknown) | null

/** The methods of `EventTarget`, with the events of one interface. */
interface EventMethods<Events> {
  addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener:
      ((event: Events[Type]) => unknown) | { handleEvent(event: Events[Type]): unknown } | null,
    options?: boolean | { capture?: boolean; once?: boolean; passive?: boolean },
  ): void
  removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener:
      ((event: Events[Type]) => unknown) | { handleEvent(event: Events[Type]): unknown } | null,
    options?: boolean | { capture?: boolean },
  ): void
  dispatchEvent(event: StandardEvent): boolean
}

/** https://w3c.github.io/IndexedDB/#request-api */
export interface Request<Result = unknown> extends EventMethods<{
  success: StandardEvent
  error: StandardEvent
}> {
  readonly result: Result
  readonly error: StandardException | null
  readonly source: ObjectStore | Index | Cursor | null
  readonly transaction: Transaction | null
  readonly readyState: 'pending' | 'done'
  onsuccess: Listener<this, StandardEvent>
  onerror: Listener<this, StandardEvent>
}

/** https://w3c.github.io/IndexedDB/#idbopendbrequest */
export interface OpenRequest
  extends
    Omit<Request<Database>, keyof EventMethods<unknown> | 'onsuccess' | 'onerror'>,
    EventMethods<{
      success: StandardEvent
      error: StandardEvent
      blocked: VersionChangeEventType
      upgradeneeded: VersionChangeEventType
    }> {
  onsuccess: Listener<this, StandardEvent>
  onerror: Listener<this, StandardEvent>
  onblocked: Listener<this, VersionChangeEventType>
  onupgradeneeded: Listener<this, VersionChangeEventType>
}

/** https://w3c.github.io/IndexedDB/#idbversionchangeevent */
export type VersionChangeEvent = StandardEvent & {
  readonly oldVersion: number
  readonly newVersion: number | null
}

/** The constructor of events of changed versions: the one interface that script can construct. */
export interface VersionChangeEventObject<Event> {
  new (
    type: string,
    init?: {
      bubbles?: boolean
      cancelable?: boolean
      composed?: boolean
      oldVersion?: number
      newVersion?: number | null
    },
  ): Event
  readonly prototype: Event
}

/** https://w3c.github.io/IndexedDB/#factory-interface */
export interface Factory {
  open(name: string, version?: number): Standard<'IDBOpenDBRequest', OpenRequest>
  deleteDatabase(name: string): Standard<'IDBOpenDBRequest', OpenRequest>
  databases(): Promise<{ name?: string; version?: number }[]>
  cmp(first: unknown, second: unknown): number
}

/** The list of names that `objectStoreNames` and `indexNames` give. */
export interface NameList extends Iterable<string> {
  readonly length: number
  contains(name: string): boolean
  item(index: number): string | null
  readonly [index: number]: string
}

/** https://w3c.github.io/IndexedDB/#database-interface */
export interface Database extends EventMethods<{
  abort: StandardEvent
  close: StandardEvent
  error: StandardEvent
  versionchange: VersionChangeEventType
}> {
  readonly name: string
  readonly version: number
  readonly objectStoreNames: NameList
  transaction(
    storeNames: string | Iterable<string>,
    mode?: TransactionMode,
    options?: { durability?: TransactionDurability },
  ): Transaction
  close(): void
  createObjectStore(
    name: string,
    options?: { keyPath?: string | string[] | null; autoIncrement?: boolean },
  ): ObjectStore
  deleteObjectStore(name: string): void
  onabort: Listener<this, StandardEvent>
  onclose: Listener<this, StandardEvent>
  onerror: Listener<this, StandardEvent>
  onversionchange: Listener<this, VersionChangeEventType>
}

/** What object stores and indexes have in common. */
interface Source {
  name: string
  get(query: Query): Request<StoredValue>
  getKey(query: Query): Request<ValidKey | undefined>
  getAll(query?: Query | GetAllOptions | null, count?: number): Request<StoredValue[]>
  getAllKeys(query?: Query | GetAllOptions | null, count?: number): Request<ValidKey[]>
  getAllRecords(options?: GetAllOptions): Request<StoredRecord[]>
  count(query?: Query): Request<number>
  openCursor(query?: Query | null, direction?: CursorDirection): Request<CursorWithValue | null>
  openKeyCursor(query?: Query | null, direction?: CursorDirection): Request<Cursor | null>
}

/** https://w3c.github.io/IndexedDB/#object-store-interface */
export interface ObjectStore extends Source {
  readonly keyPath: string | string[] | null
  readonly indexNames: NameList
  readonly transaction: Transaction
  readonly autoIncrement: boolean
  put(value: unknown, key?: ValidKey): Request<ValidKey>
  add(value: unknown, key?: ValidKey): Request<ValidKey>
  delete(query: Query): Request<undefined>
  clear(): Request<undefined>
  index(name: string): Index
  createIndex(
    name: string,
    keyPath: string | Iterable<string>,
    options?: { unique?: boolean; multiEntry?: boolean },
  ): Index
  deleteIndex(name: string): void
}

/** https://w3c.github.io/IndexedDB/#index-interface */
export interface Index extends Source {
  readonly objectStore: ObjectStore
  readonly keyPath: string | string[]
  readonly multiEntry: boolean
  readonly unique: boolean
}

/** https://w3c.github.io/IndexedDB/#keyrange */
export interface KeyRange {
  readonly lower: ValidKey | undefined
  readonly upper: ValidKey | undefined
  readonly lowerOpen: boolean
  readonly upperOpen: boolean
  includes(key: unknown): boolean
}

/** The constructor of key ranges, which makes them by its own methods. */
export interface KeyRangeObject<Range> extends InterfaceObject<Range> {
  only(value: unknown): Range
  lowerBound(lower: unknown, open?: boolean): Range
  upperBound(upper: unknown, open?: boolean): Range
  bound(lower: unknown, upper: unknown, lowerOpen?: boolean, upperOpen?: boolean): Range
}

/** https://w3c.github.io/IndexedDB/#record-interface */
export interface StoredRecord {
  readonly key: ValidKey
  readonly primaryKey: ValidKey
  readonly value: StoredValue
}

/** https://w3c.github.io/IndexedDB/#cursor-interface */
export interface Cursor {
  readonly source: ObjectStore | Index
  readonly direction: CursorDirection
  readonly key: ValidKey
  readonly primaryKey: ValidKey
  readonly request: Request
  advance(count: number): void
  continue(key?: ValidKey): void
  continuePrimaryKey(key: ValidKey, primaryKey: ValidKey): void
  update(value: unknown): Request<ValidKey>
  delete(): Request<undefined>
}

/** https://w3c.github.io/IndexedDB/#idbcursorwithvalue */
export interface CursorWithValue extends Cursor {
  readonly value: StoredValue
}

/** https://w3c.github.io/IndexedDB/#transaction */
export interface Transaction extends EventMethods<{
  abort: StandardEvent
  complete: StandardEvent
  error: StandardEvent
}> {
  readonly objectStoreNames: NameList
  readonly mode: TransactionMode
  readonly durability: TransactionDurability
  readonly db: Database
  readonly error: StandardException | null
  objectStore(name: string): ObjectStore
  commit(): void
  abort(): void
  onabort: Listener<this, StandardEvent>
  oncomplete: Listener<this, StandardEvent>
  onerror: Listener<this, StandardEvent>
}
