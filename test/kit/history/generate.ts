/** Steps drawn at random that fit what is there. */
import type { Random } from './random.ts'
import type { DatabaseState, Key, State, StoreState, Value } from './state.ts'
import type { RecordChange, SchemaChange, Step } from './step.ts'

const databaseNames = ['main', 'other']

/** Each step writes its number here, so that no two states are equal by chance. */
const logStore = 'log'

const storeNames = ['a', 'b', 'c', 'auto']

/** The next step. `number` must be new for each step. */
export function generateStep(state: State, number: number, random: Random): Step {
  const database = random.percent(75) ? 'main' : random.pick(databaseNames)
  const current = state.get(database)
  if (!current) return generateUpgrade(database, undefined, { number, random })
  if (random.percent(database === 'main' ? 1 : 15)) return { type: 'deleteDatabase', database }
  if (random.percent(6)) return generateUpgrade(database, current, { number, random })
  const isAborted = random.percent(4)
  const changes = generateChanges(current.stores, random)
  return {
    type: 'transaction',
    database,
    durability: random.percent(35) ? 'strict' : 'relaxed',
    changes: [...changes, logEntry(number)],
    isAborted,
  }
}

interface Draw {
  readonly number: number
  readonly random: Random
}

function generateUpgrade(
  database: string,
  current: DatabaseState | undefined,
  { number, random }: Draw,
): Step {
  return {
    type: 'upgrade',
    database,
    version: (current?.version ?? 0) + 1 + random.below(3),
    schemaChanges: [...(current ? changeSchema(current.stores, random) : initialSchema())],
    changes: [logEntry(number)],
  }
}

function* initialSchema(): Generator<SchemaChange> {
  yield { type: 'createStore', store: logStore, autoIncrement: false }
  for (const store of storeNames) {
    yield { type: 'createStore', store, autoIncrement: store === 'auto' }
  }
  yield createIndex('a', 'tag')
  yield createIndex('a', 'tags')
  yield createIndex('b', 'tags')
}

function createIndex(store: string, keyPath: 'tag' | 'tags'): SchemaChange {
  const definition = { keyPath, multiEntry: keyPath === 'tags' }
  return { type: 'createIndex', store, index: `by ${keyPath}`, definition }
}

function* changeSchema(
  stores: ReadonlyMap<string, StoreState>,
  random: Random,
): Generator<SchemaChange> {
  const name = random.pick(storeNames)
  const store = stores.get(name)
  if (!store) {
    yield { type: 'createStore', store: name, autoIncrement: name === 'auto' }
    return yield createIndex(name, 'tag')
  }
  if (random.percent(15)) return yield { type: 'deleteStore', store: name }
  const keyPath = random.pick(['tag', 'tags'] as const)
  const index = `by ${keyPath}`
  if (store.indexes.has(index)) yield { type: 'deleteIndex', store: name, index }
  else yield createIndex(name, keyPath)
}

function generateChanges(stores: ReadonlyMap<string, StoreState>, random: Random): RecordChange[] {
  const names = storeNames.filter((name) => stores.has(name))
  if (names.length === 0) return []
  const count = random.percent(10) ? 1 + random.below(60) : 1 + random.below(6)
  return Array.from({ length: count }, () => generateChange(random.pick(names), random))
}

function generateChange(store: string, random: Random): RecordChange {
  const kind = random.below(100)
  if (kind < 2) return { type: 'clear', store }
  if (kind < 14) {
    const from = random.below(keyCount)
    return { type: 'delete', store, from, to: from + random.below(8) }
  }
  if (kind < 20) {
    const key = generateKey(random)
    return { type: 'delete', store, from: key, to: key }
  }
  const usesGenerator = store === 'auto' && random.percent(70)
  return {
    type: 'put',
    store,
    key: usesGenerator ? null : generateKey(random),
    value: generateValue(random),
  }
}

const keyCount = 80

function generateKey(random: Random): Key {
  const number = random.below(keyCount)
  return random.percent(80) ? number : `key ${number}`
}

/** Small enough to lie inline, larger than that, or larger than a page. */
function generateValue(random: Random): Value {
  const bodySize = random.percent(70) ? random.below(200) : random.below(6_000)
  const tags = Array.from({ length: random.below(4) }, () => `tag ${random.below(12)}`)
  const letter = String.fromCharCode(97 + random.below(26))
  return {
    tag: `tag ${random.below(12)}`,
    tags,
    body: `${random.below(1e9)}${letter.repeat(bodySize)}`,
  }
}

function logEntry(number: number): RecordChange {
  return {
    type: 'put',
    store: logStore,
    key: 'last',
    value: { tag: String(number), tags: [], body: '' },
  }
}
