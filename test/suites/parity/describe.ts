/** Writes any value a program can meet as text, so that two are equal exactly when script could not tell them apart. */

export function describe(value: unknown): string {
  return describeIn(value, [])
}

/** The name of whatever was thrown or is an error; messages are free. */
export function errorName(error: unknown): string {
  if (error === null || error === undefined) return String(error)
  // By its tag: it may be of another page.
  const isError = /Error|DOMException/.test(Object.prototype.toString.call(error))
  return isError ? (error as Error).name : `not an error: ${describe(error)}`
}

function describeIn(value: unknown, ancestors: readonly object[]): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  const seen = ancestors.indexOf(value)
  if (seen >= 0) return `↑${ancestors.length - seen}`
  return describeObject(value, [...ancestors, value])
}

function describeObject(value: object, ancestors: readonly object[]): string {
  const inner = (item: unknown): string => describeIn(item, ancestors)
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const writer = writers[tag]
  if (writer) return writer(value as never, inner) // The tag says which type the writer gets.
  if (ArrayBuffer.isView(value)) {
    return `${tag}(${hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))})`
  }
  return `${tag} ${properties(value, inner)}`
}

type Inner = (item: unknown) => string

const writers: Readonly<Record<string, (value: never, inner: Inner) => string>> = {
  Object: (value: object, inner) => properties(value, inner),
  Array: (value: unknown[], inner) => list(value, inner),
  Date: (value: Date) => `Date(${value.getTime()})`,
  ArrayBuffer: (value: ArrayBuffer) => `ArrayBuffer(${hex(new Uint8Array(value))})`,
  RegExp: (value: RegExp) => `RegExp(${String(value)})`,
  Boolean: (value: boolean) => `Boolean(${String(value)})`,
  Number: (value: number) => `Number(${Number(value)})`,
  String: (value: string) => `String(${escape(String(value))})`,
  BigInt: (value: bigint) => `BigInt(${String(value)})`,
  Error: (value: Error, inner) =>
    `${value.name}(${escape(value.message)}${'cause' in value ? ` ${inner(value.cause)}` : ''})`,
  Map: (value: Map<unknown, unknown>, inner) => `Map${list([...value], inner)}`,
  Set: (value: Set<unknown>, inner) => `Set${list([...value], inner)}`,
  File: (value: File) => `File(${value.size} ${value.type} ${value.name} ${value.lastModified})`,
  Blob: (value: Blob) => `Blob(${value.size} ${value.type})`,
  DOMStringList: (value: DOMStringList) => `(${[...value].map(escape).join(' ')})`,
  IDBRecord: (value: { key: unknown; primaryKey: unknown; value: unknown }, inner) =>
    `record(${inner(value.key)} ${inner(value.primaryKey)} ${inner(value.value)})`,
  IDBCursor: (value: IDBCursor, inner) =>
    `cursor(${value.direction} ${inner(value.key)} ${inner(value.primaryKey)})`,
  IDBCursorWithValue: (value: IDBCursorWithValue, inner) =>
    `cursor(${value.direction} ${inner(value.key)} ${inner(value.primaryKey)} ${inner(value.value)})`,
  IDBDatabase: (value: IDBDatabase, inner) =>
    `connection(${value.version} ${inner(value.objectStoreNames)})`,
}

function list(items: readonly unknown[], inner: Inner): string {
  const texts = Array.from(items, (item, at) => (at in items ? inner(item) : 'hole'))
  const extra = Object.keys(items).filter((key) => String(Number(key)) !== key)
  return `[${[...texts, ...extra].join(', ')}]`
}

function properties(value: object, inner: Inner): string {
  const texts = Object.entries(value).map(([key, item]) => `${key}: ${inner(item)}`)
  return `{${texts.join(', ')}}`
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Well-formed text even for lone surrogates, which do not survive the way out of a browser. */
function escape(text: string): string {
  return JSON.stringify(text)
}
