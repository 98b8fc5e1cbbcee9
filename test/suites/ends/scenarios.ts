/** The ways a process, a thread or a transaction can end, each played by a process of its own. */
import process from 'node:process'
import { close, createIndexedDB, serve } from '../../../src/index.ts'
import { completion, resultOf } from '../../kit/promises.ts'
import { databaseName, kill, openStore, type Place, put, putEndlessly, say } from './place.ts'
import { nextMessage, startWorker } from './threads.ts'

/** Plays its part; returns, or never does. */
type Play = (place: Place) => void | Promise<void>

/** A scenario, and what it must come to. */
export interface Scenario {
  readonly play: Play
  /** How the process ends. Default: with code 0. `failure`: with any other code. */
  readonly ends?: 'killed' | 'failure'
  /** Lines that must be printed, apart from those about keys. */
  readonly says?: readonly string[]
  /** Keys that must be found although their `complete` was not seen. */
  readonly leaves?: readonly string[]
  /** Runtime → why it cannot be played there. */
  readonly notOn?: Readonly<Record<string, string>>
}

const thrown = (): never => {
  throw new Error('a listener threw')
}

/** All of them, by name. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'process.exit() in a success listener': {
    play({ database }) {
      const request = put(database, 'a').objectStore('s').put('more', 'b')
      request.onsuccess = () => process.exit(0)
    },
  },
  'process.exit() in a complete listener': {
    play: ({ database }) => put(database, 'a').addEventListener('complete', () => process.exit(0)),
  },
  'process.exit() in a complete listener of a strict transaction': {
    play({ database }) {
      put(database, 'a', 'strict').addEventListener('complete', () => process.exit(0))
    },
  },
  'process.exit() in an upgradeneeded listener': {
    play({ indexedDB }) {
      const request = indexedDB.open('new', 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore('s').put(1, 1)
        process.exit(0)
      }
    },
  },
  'process.exit() with transactions queued up': {
    play({ database }) {
      for (const key of 'abcdef') put(database, key, key < 'd' ? 'strict' : 'relaxed')
      put(database, 'g').addEventListener('complete', () => process.exit(0))
      for (const key of 'hij') put(database, key)
    },
  },
  'kill -9 in a complete listener': {
    ends: 'killed',
    play: ({ database }) => put(database, 'a').addEventListener('complete', kill),
  },
  'kill -9 with transactions queued up': {
    ends: 'killed',
    play({ database }) {
      for (const key of 'abcdef') put(database, key, key < 'd' ? 'strict' : 'relaxed')
      put(database, 'g').addEventListener('complete', kill)
      for (const key of 'hij') put(database, key)
    },
  },
  'nothing left to do, and a connection open': {
    play: () => {},
  },
  'nothing left to do but transactions with listeners': {
    says: ['all done'],
    play({ database }) {
      for (const key of 'abc') put(database, key, key === 'b' ? 'strict' : 'relaxed')
      put(database, 'd').addEventListener('complete', () => say('all done'))
    },
  },
  'nothing left to do but transactions without listeners': {
    leaves: ['a', 'b'],
    play({ database }) {
      for (const key of ['a', 'b']) {
        database
          .transaction('s', 'readwrite', { durability: 'strict' })
          .objectStore('s')
          .put(1, key)
      }
    },
  },
  'a success listener throws, and nothing catches it': {
    ends: 'failure',
    play({ database }) {
      say('undone a')
      database.transaction('s', 'readwrite').objectStore('s').put(1, 'a').onsuccess = thrown
    },
  },
  'a success listener throws, and the program goes on': {
    says: ['reported: a listener threw', 'abort AbortError'],
    async play({ database }) {
      process.on('uncaughtException', ({ message }) => say(`reported: ${message}`))
      say('undone a')
      const transaction = database.transaction('s', 'readwrite')
      transaction.onabort = () => say(`abort ${transaction.error?.name}`)
      transaction.objectStore('s').put(1, 'a').onsuccess = thrown
      await completion(put(database, 'b'))
    },
  },
  'a complete listener throws, and nothing catches it': {
    ends: 'failure',
    play: ({ database }) => put(database, 'a').addEventListener('complete', thrown),
  },
  'an upgradeneeded listener throws, and nothing catches it': {
    ends: 'failure',
    play({ indexedDB }) {
      indexedDB.open('new', 1).onupgradeneeded = thrown
    },
  },
  'something else throws while a transaction runs': {
    ends: 'failure',
    notOn: { bun: 'it lives on after an uncaught exception while microtasks and ticks go on' },
    play: ({ database }) => putEndlessly(database, 'a', thrown),
  },
  'a worker with an engine of its own is terminated': {
    says: ['found done-by-worker'],
    async play({ indexedDB, database, path, workerScript }) {
      database.close()
      await close(indexedDB)
      const worker = startWorker(workerScript, { path })
      await nextMessage(worker, 'under way')
      await worker.terminate()
      const again = await openStore(createIndexedDB({ path, ifLocked: 'wait', waitMs: 20_000 }))
      const keys = await resultOf(again.transaction('s').objectStore('s').getAllKeys())
      for (const key of keys) if (key !== 'before') say(`found ${String(key)}`)
      await completion(put(again, 'after'))
    },
  },
  'a worker at the other end of a port is terminated': {
    says: ['the other worker goes on'],
    async play({ indexedDB, database, workerScript }) {
      const share = (): MessagePort => {
        const { port1, port2 } = new MessageChannel()
        serve(port1, indexedDB)
        return port2
      }
      const worker = startWorker(workerScript, { port: share() })
      await nextMessage(worker, 'under way')
      const other = startWorker(workerScript, { port: share(), isPatient: true })
      const isOver = nextMessage(other, 'over')
      await nextMessage(other, 'waiting')
      await worker.terminate()
      await completion(put(database, 'after'))
      await isOver
      await other.terminate()
      await close(indexedDB)
    },
  },
  'the worker that hosts the engine is terminated': {
    says: ['abort', 'close'],
    async play({ indexedDB, database, path, hostScript }) {
      database.close()
      await close(indexedDB)
      const worker = startWorker(hostScript, {})
      const hosted = await openStore(createIndexedDB({ path, worker }))
      await completion(put(hosted, 'a'))
      const closed = new Promise((resolve) => hosted.addEventListener('close', resolve))
      hosted.addEventListener('abort', () => say('abort'))
      hosted.addEventListener('close', () => say('close'))
      putEndlessly(hosted, 'b', () => void worker.terminate())
      await closed
    },
  },
  'close() of a factory on a worker is all that is left to do': {
    says: ['closed an open connection', 'closed a closing connection'],
    async play({ indexedDB, database, path, hostScript }) {
      database.close()
      await close(indexedDB)
      const worker = startWorker(hostScript, {})
      await closeTwice(() => createIndexedDB({ path, worker }))
    },
  },
  'an open that waits for a connection of its own thread alone': {
    says: ['warned: Opening database "ends" is blocked'],
    play({ path }) {
      const onWarning = ({ message }: Error): void => say(`warned: ${message.split(':')[0]}`)
      createIndexedDB({ path, explain: true, onWarning }).open(databaseName, 2)
    },
  },
  'an open that waits for a connection of another thread is all that is left to do': {
    says: ['goes on'],
    async play({ indexedDB, database, path, workerScript }) {
      database.close()
      const worker = startWorker(workerScript, { path })
      await nextMessage(worker, 'under way')
      worker.unref()
      const request = indexedDB.open(databaseName, 2)
      request.onblocked = () => void worker.terminate()
      request.onupgradeneeded = () => {
        say('goes on')
        // The version stays the one that is looked at afterwards.
        request.transaction?.abort()
      }
    },
  },
  'close() of a factory that uses a port is all that is left to do': {
    says: ['closed an open connection', 'closed a closing connection'],
    async play({ indexedDB }) {
      const { port1, port2 } = new MessageChannel()
      serve(port1, indexedDB)
      await closeTwice(() => createIndexedDB({ port: port2 }))
    },
  },
}

async function closeTwice(create: () => IDBFactory): Promise<void> {
  for (const state of ['an open', 'a closing']) {
    const indexedDB = create()
    const database = await openStore(indexedDB)
    if (state === 'a closing') database.close()
    await close(indexedDB)
    say(`closed ${state} connection`)
  }
}
