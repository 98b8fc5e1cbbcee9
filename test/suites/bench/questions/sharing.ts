/** What does a database cost that another thread or process owns? */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { scatter, recordOf } from '../report/records.ts'
import { type Case, contendersOf, type Implementation, type Row, runCases } from '../warm/cases.ts'
import { type Echo, echoOfProcess, echoOfThread } from '../warm/echoes.ts'
import { completionOf, expectSame, expectSameBytes, resultOf } from '../warm/idb.ts'
import type { Places } from '../warm/implementations.ts'
import { compare, type Effort, timed } from '../warm/measure.ts'
import { startOwner } from '../warm/owner.ts'
import type { Ask } from '../question.ts'
import { cases as cursorCases } from './cursor.ts'
import { cases as putCases } from './put.ts'
import { cases as readCases } from './read.ts'
import { cases as transactionCases } from './transactions.ts'

const thread = 'worker thread'
const otherProcess = 'other process'
const count = 200

/** There are three contenders in as many threads and processes: few rounds warm them up. */
const effort = { warmUps: 2, rounds: 9 }

function upgrade(database: IDBDatabase): void {
  database.createObjectStore('records', { keyPath: 'id' })
}

/** One transaction after the other, each of one put; `placed` is given its request. */
function putCase(name: string, placed: (request: IDBRequest) => void): Case {
  return {
    name,
    count,
    effort,
    upgrade,
    async run({ database, round }) {
      for (let i = 0; i < count; i++) {
        const transaction = database.transaction('records', 'readwrite')
        placed(transaction.objectStore('records').put(recordOf(round * count + i)))
        await completionOf(transaction)
      }
    },
    check: () => {},
  }
}

const withoutListener = putCase('one-put transactions without a listener', () => {})
const large = Array.from({ length: 10 }, (_, id) => new Uint8Array(1024 * 1024).fill(scatter(id)))

/** Of the other questions' cases. */
const alsoAsked = [
  'put 10,000',
  'get 10,000',
  'getAll of 10,000',
  'cursor over 10,000',
  '1,000 one-put transactions, queued',
  '1,000 one-get transactions, awaited',
]

const cases: readonly Case[] = [
  ...[...putCases, ...readCases, ...cursorCases, ...transactionCases]
    .filter(({ name }) => alsoAsked.includes(name))
    .map((it) => ({ ...it, effort })),
  withoutListener,
  putCase('one-put transactions with a listener', (request) => (request.onsuccess = () => {})),
  putCase('one-put transactions with commit()', ({ transaction }) => transaction?.commit()),
  {
    name: 'put 10 of 1 MiB',
    effort,
    count: large.length,
    upgrade: (database) => void database.createObjectStore('values'),
    async run({ database }) {
      const transaction = database.transaction('values', 'readwrite')
      large.forEach((value, key) => transaction.objectStore('values').put(value, key))
      await completionOf(transaction)
    },
    async check({ database }) {
      const store = database.transaction('values').objectStore('values')
      const last = large.length - 1
      expectSameBytes(await resultOf(store.get(last)), large[last] ?? new Uint8Array(0), 'a value')
    },
  },
]

export const ask: Ask = async (places, options) => {
  const sharing = await startSharing(places)
  const { implementations, echoes, close } = sharing
  const goalsOf = (it: Case) => {
    const ratio = it.name.includes('1 MiB') ? 1.5 : 1.3
    return [{ contender: otherProcess, ratio, node20: ratio }]
  }
  try {
    const rows = await runCases(cases, { implementations, baseline: thread, goalsOf }, options)
    for (const [name, echo] of Object.entries(echoes)) {
      const implementation = implementations.find((it) => it.name === name)
      if (!implementation || !withoutListener.name.includes(options.filter)) continue
      const rounds = options.rounds ?? effort.rounds
      rows.push(await besideEcho(implementation, echo, { ...effort, rounds }))
    }
    return { rows, missing: {} }
  } finally {
    await close()
  }
}

interface Sharing {
  readonly implementations: readonly Implementation[]
  /** By the names of those of them that are reached by messages. */
  readonly echoes: Readonly<Record<string, Echo>>
  close(): Promise<void>
}

async function startSharing({ projectRoot, scratch }: Places): Promise<Sharing> {
  const dist = join(projectRoot, 'dist')
  const ours = (await import(
    pathToFileURL(join(dist, 'index.js')).href
  )) as typeof import('../../../../src/index.ts')
  const [shared, echoed] = [join(scratch, 'shared'), join(scratch, 'e')]
  const owner = await startOwner([dist, shared, echoed])
  const echoes = { [thread]: echoOfThread(), [otherProcess]: echoOfProcess(echoed) }
  const implementation = (name: string, options: object): Implementation => {
    const factory = ours.createIndexedDB(options)
    return { name, factory, keyRange: ours.IDBKeyRange, close: () => ours.close(factory) }
  }
  const implementations = [
    implementation('in process', { path: join(scratch, 'here') }),
    implementation(thread, { path: join(scratch, 'thread'), worker: true }),
    implementation(otherProcess, { path: shared }),
  ]
  return {
    implementations,
    echoes,
    async close() {
      for (const { close } of implementations) await close()
      const { pid } = JSON.parse(readFileSync(join(shared, 'owner.json'), 'utf8')) as {
        pid: number
      }
      expectSame(pid, owner.pid, 'the owner of the shared directory')
      for (const echo of Object.values(echoes)) echo.close()
      owner.disconnect()
    },
  }
}

/** One-put transactions that are awaited, each beside an echo on the same way. */
async function besideEcho(
  implementation: Implementation,
  echo: Echo,
  effort: Effort,
): Promise<Row> {
  const { contenders, end } = await contendersOf(withoutListener, [implementation])
  const baseline = 'echo of 200 bytes'
  const round = () =>
    timed(async () => {
      for (let i = 0; i < count; i++) await echo.once()
    })
  const measurements = await compare([...contenders, { name: baseline, round }], effort, baseline)
  end()
  const { name } = implementation
  const goals = [{ contender: name, ratio: 2.5, node20: 2.5 }]
  return { name: `one-put beside an echo, ${name}`, count, measurements, baseline, goals }
}
