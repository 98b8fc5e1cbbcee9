/** One suite over all the ways to host a directory in Node. */
import { mkdtempSync, rmSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessagePort as NodePort } from 'node:worker_threads'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { close, createIndexedDB, type IndexedDBOptions, serve } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'
import { buildWorker } from './build-worker.ts'
import { type Hosting, hostingSuite } from '../../kit/hosting-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-hosting-'))
const worker = buildWorker(folder)
let count = 0
const newPath = (): string => join(folder, String(count++))
const ports: NodePort[] = []

beforeAll(() => worker.built)
afterAll(() => {
  for (const port of ports) port.close()
  rmSync(folder, { recursive: true })
})

const onOptions = (options: IndexedDBOptions): Hosting => ({
  create: () => createIndexedDB(options),
  close,
})

/** Each factory has a channel of its own to the owner. */
function behindPorts(options: IndexedDBOptions): Hosting {
  const owner = createIndexedDB(options)
  const create = (): IDBFactory => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1 as unknown as NodePort, port2 as unknown as NodePort) // In Node they are its own.
    serve(port1, owner)
    return createIndexedDB({ port: port2 })
  }
  return { create, close }
}

/** All factories share the port. */
function behindOnePort(options: IndexedDBOptions): Hosting {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1 as unknown as NodePort, port2 as unknown as NodePort) // In Node they are its own.
  serve(port1, createIndexedDB(options))
  return onOptions({ port: port2 })
}

describe.each<[string, () => Hosting]>([
  ['in this thread, in memory', () => onOptions({ vfs: memory() })],
  ['in this thread, on disk', () => onOptions({ path: newPath() })],
  ['in a worker', () => onOptions({ path: newPath(), worker: worker.url })],
  ['behind a port of its own, in memory', () => behindPorts({ vfs: memory() })],
  [
    'behind a port of its own, in a worker',
    () => behindPorts({ path: newPath(), worker: worker.url }),
  ],
  ['behind a port that all share, on disk', () => behindOnePort({ path: newPath() })],
])('%s', (_, makeHosting) => {
  hostingSuite({ test, assert }, makeHosting)
})
