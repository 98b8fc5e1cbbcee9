/** What a transaction of a case does, as data that can be sent to any context. */

export type Operation =
  | readonly ['put' | 'add', value: unknown, key?: IDBValidKey]
  | readonly ['get' | 'delete' | 'measure' | 'increment', key: IDBValidKey]
  | readonly ['append', key: IDBValidKey, text: string]
  | readonly ['putBytes', size: number, key: IDBValidKey]
  | readonly ['putMany', count: number]
  | readonly ['getIndex', key: IDBValidKey]
  | readonly ['putTypes', key: IDBValidKey]
  | readonly ['describeTypes', key: IDBValidKey]
  | readonly ['getAll' | 'keys' | 'count' | 'clear' | 'cursor' | 'abort' | 'commit']

type Log = (text: string) => void

/** Performs an operation of a transaction; what comes of it is logged in its listener. */
export function perform(store: IDBObjectStore, operation: Operation, log: Log): void {
  switch (operation[0]) {
    case 'put':
    case 'add':
      return listen(operation[0], store[operation[0]](operation[1], operation[2]), log)
    case 'get':
    case 'delete':
      return listen(operation.join(' '), store[operation[0]](operation[1]), log)
    case 'count':
    case 'getAll':
    case 'clear':
      return listen(operation[0], store[operation[0]](), log)
    case 'keys':
      return listen('keys', store.getAllKeys(), log)
    case 'getIndex':
      return listen(operation.join(' '), store.index('i').getAllKeys(operation[1]), log)
    case 'putBytes':
      return listen('putBytes', store.put(patternOf(operation[1]), operation[2]), log)
    case 'putTypes':
      return listen('putTypes', store.put(everyType(), operation[1]), log)
    case 'putMany':
      for (let n = 1; n <= operation[1]; n++) store.put(`value ${n}`, n)
      return
    case 'abort':
    case 'commit':
      return store.transaction[operation[0]]()
    default:
      return performInSteps(store, operation, log)
  }
}

/** Those that read before they write, or log something of what they read. */
function performInSteps(store: IDBObjectStore, operation: Operation, log: Log): void {
  const key = operation[1] as IDBValidKey // All but the cursor have one.
  if (operation[0] === 'cursor') return walk(store, log)
  const request = store.get(key)
  request.onsuccess = () => {
    const stored: unknown = request.result
    if (operation[0] === 'append') store.put(`${String(stored ?? '')}${operation[2]}`, key)
    if (operation[0] === 'increment') store.put(Number(stored ?? 0) + 1, key)
    if (operation[0] === 'measure') log(`measure ${String(key)} = ${measure(stored)}`)
    if (operation[0] === 'describeTypes') log(`types = ${describeTypes(stored)}`)
  }
}

function walk(store: IDBObjectStore, log: Log): void {
  const request = store.openCursor()
  const found: string[] = []
  request.onsuccess = () => {
    const cursor = request.result
    if (!cursor) return log(`cursor = ${found.join(', ')}`)
    found.push(`${String(cursor.key)} ${JSON.stringify(cursor.value)}`)
    cursor.continue()
  }
}

function listen(title: string, request: IDBRequest, log: Log): void {
  request.onsuccess = () => log(`${title} = ${JSON.stringify(request.result)}`)
  request.onerror = () => log(`${title} fails: ${request.error?.name}`)
}

function patternOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8)) & 255
  return bytes
}

/** Length of a byte string, and whether it is what `putBytes` makes. */
function measure(stored: unknown): string {
  if (!(stored instanceof Uint8Array)) return typeof stored
  const expected = patternOf(stored.length)
  const isWhole = stored.every((byte, at) => byte === expected[at])
  return `${stored.length} bytes, ${isWhole ? 'whole' : 'damaged'}`
}

function everyType(): object {
  return {
    date: new Date(0),
    map: new Map([['a', new Set([1, 2])]]),
    big: 2n ** 70n,
    expression: /a+/giu,
    error: new RangeError('far'),
    floats: new Float64Array([0.5, -0]),
    blob: new Blob(['text'], { type: 'text/plain' }),
    file: new File(['a', 'b'], 'f.txt', { lastModified: 7 }),
  }
}

function describeTypes(stored: unknown): string {
  const value = stored as Record<string, object> // As `everyType` made it.
  const texts = Object.entries(value).map(
    ([name, it]) => `${name} ${Object.prototype.toString.call(it).slice(8, -1)} ${textOf(it)}`,
  )
  return texts.join('; ')
}

function textOf(value: object): string {
  if (value instanceof Blob) return `${value.size} ${value.type}`
  if (value instanceof Map) return JSON.stringify([...value].map(([key, set]) => [key, [...set]]))
  if (value instanceof Date) return value.toISOString()
  return String(value)
}
