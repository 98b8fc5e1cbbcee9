/** The histories that faults strike: each reaches a part of what storage does. */
import { generateStep } from '../../kit/history/generate.ts'
import { seededRandom } from '../../kit/history/random.ts'
import { type Key, nothing, type Value } from '../../kit/history/state.ts'
import {
  applyStep,
  type RecordChange,
  type SchemaChange,
  type Step,
} from '../../kit/history/step.ts'

/** A step, or the closing of everything: a checkpoint, and the next step opens them again. */
export type Action = Step | { readonly type: 'close' }

/** A history. */
export interface History {
  readonly name: string
  readonly actions: readonly Action[]
}

/** Upgrade, bulk put, overwrite, delete range, clear, deleteDatabase, checkpoint: each in its turn. */
export const scripted: History = {
  name: 'scripted',
  actions: [
    upgrade(1, [createStore('a'), createIndex('a', 'tag'), createStore('b')]),
    transaction('relaxed', puts('a', 0, 30)),
    transaction('strict', [...puts('a', 10, 15, 'overwritten'), put('b', 'key', 'x', 9_000)]),
    transaction('relaxed', [{ type: 'delete', store: 'a', from: 5, to: 20 }]),
    transaction('strict', puts('b', 0, 10)),
    transaction('relaxed', [{ type: 'clear', store: 'a' }, put('a', 1, 'after clear')]),
    upgrade(2, [createIndex('b', 'tags'), { type: 'deleteIndex', store: 'a', index: 'by tag' }]),
    transaction('relaxed', puts('b', 5, 12, 'relaxed')),
    { type: 'close' },
    transaction('relaxed', [put('b', 3, 'before the end', 5_000)]),
    transaction('strict', [put('a', 2, 'strict')]),
    transaction('relaxed', [{ type: 'clear', store: 'b' }]),
    { type: 'deleteDatabase', database: 'main' },
    upgrade(1, [createStore('a'), createStore('c')], puts('c', 0, 4)),
    transaction('strict', puts('a', 0, 4, 'anew')),
    upgrade(5, [{ type: 'deleteStore', store: 'c' }]),
    transaction('relaxed', [put('a', 9, 'last', 3_000)]),
    { type: 'close' },
  ],
}

/** A new database that no transaction has synced: the checkpoint is the first that does. */
export const relaxedAlone: History = {
  name: 'relaxed alone',
  actions: [
    upgrade(1, [createStore('a')]),
    transaction('relaxed', [...puts('a', 0, 30), put('a', 30, 'large', 9_000)]),
    { type: 'close' },
  ],
}

/** Enough in the log that it is checkpointed under way and then written from its start again. */
export const longLog: History = {
  name: 'long log',
  actions: [
    upgrade(1, [createStore('a')]),
    ...Array.from({ length: 12 }, (_, i) =>
      transaction(i % 5 === 4 ? 'strict' : 'relaxed', [put('a', i % 3, `round ${i}`, 900_000)]),
    ),
    transaction('relaxed', [put('a', 7, 'small')]),
    transaction('strict', [put('a', 8, 'small too')]),
    { type: 'close' },
  ],
}

/** Transactions of either durability that wait for each other, on the same store and on others. */
export const queued: History = {
  name: 'queued',
  actions: [
    upgrade(1, [createStore('a'), createIndex('a', 'tag'), createStore('b')]),
    ...Array.from({ length: 12 }, (_, i) =>
      transaction(i % 4 === 2 ? 'relaxed' : 'strict', [
        put(i % 3 === 2 ? 'b' : 'a', i % 5, `round ${i}`, i % 4 === 3 ? 5_000 : 40),
      ]),
    ),
    { type: 'close' },
  ],
}

/** Steps drawn at random, on two databases. */
export function randomHistory(seed: number, length: number): History {
  const actions: Action[] = []
  let state = nothing
  for (let number = 1; number <= length; number++) {
    const random = seededRandom(seed, number)
    const step = generateStep(state, number, random)
    state = applyStep(state, step)
    actions.push(step)
    if (random.percent(8)) actions.push({ type: 'close' })
  }
  return { name: `random ${seed}`, actions: [...actions, { type: 'close' }] }
}

function upgrade(
  version: number,
  schemaChanges: readonly SchemaChange[],
  changes: readonly RecordChange[] = [],
): Step {
  return { type: 'upgrade', database: 'main', version, schemaChanges, changes }
}

function transaction(durability: 'strict' | 'relaxed', changes: readonly RecordChange[]): Step {
  return { type: 'transaction', database: 'main', durability, changes, isAborted: false }
}

function createStore(store: string): SchemaChange {
  return { type: 'createStore', store, autoIncrement: false }
}

function createIndex(store: string, keyPath: 'tag' | 'tags'): SchemaChange {
  const definition = { keyPath, multiEntry: keyPath === 'tags' }
  return { type: 'createIndex', store, index: `by ${keyPath}`, definition }
}

/** Every fifth value is larger than a page. */
function puts(store: string, from: number, to: number, word = 'first'): RecordChange[] {
  const keys = Array.from({ length: to - from }, (_, i) => from + i)
  return keys.map((key) => put(store, key, `${word} ${key}`, key % 5 === 0 ? 5_000 : 40))
}

function put(store: string, key: Key, word: string, size = 40): RecordChange {
  const value: Value = {
    tag: `tag ${word.length % 5}`,
    tags: [word, 'all'],
    body: word.repeat(Math.ceil(size / word.length)),
  }
  return { type: 'put', store, key, value }
}
