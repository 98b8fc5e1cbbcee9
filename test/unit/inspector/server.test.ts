/** The server of the view, asked by those who break off. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serveInspector, type ServedInspector } from '../../../inspector/server/entry.ts'
import { remoteSource } from '../../../inspector/source/remote-source.ts'
import { close, createIndexedDB } from '../../../src/index.ts'
import type { Json } from '../../../src/rendering/json.ts'
import { status } from '../../../src/status.ts'
import { memory } from '../../../vfs/memory.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

let folder: string
let served: ServedInspector
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-inspector-'))
  served = await serveInspector({ path: folder })
})
afterEach(async () => {
  await served.close()
  rmSync(folder, { recursive: true })
})

const call = (): Promise<Response> =>
  fetch(`${served.url}api/databases`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '[]',
  })

/** A connection on which half of a request has arrived. */
async function halfAsked(): Promise<Socket> {
  const { host, port, pathname } = new URL(served.url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  const head = [
    `POST ${pathname}api/databases HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/json',
    'Content-Length: 100',
    'Expect: 100-continue',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  // The server answers that it goes on: its handler has the request.
  await once(socket, 'data')
  socket.write('[1')
  return socket
}

test('A request that is broken off ends nothing but itself', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const socket = await halfAsked()
    socket.destroy()
    await once(socket, 'close')
    for (let i = 0; i < 3; i++) {
      const answer = await call()
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ result: [] })
    }
  } finally {
    process.off('unhandledRejection', note)
  }
  expect(unhandled).toEqual([])
})

test('Where the port is taken, the directory is not', async () => {
  const port = Number(new URL(served.url).port)
  const other = join(folder, 'other')
  mkdirSync(other)
  await expect(serveInspector({ path: other, port })).rejects.toMatchObject({
    message: `Port ${port} is taken by another program; name another port, or 0 for any that is free`,
    code: 'EADDRINUSE',
  })
  const { state } = await status(other)
  expect(state).toBe('free')
})

test('What is no directory is not served, and no server stays', async () => {
  const [file, nothing] = [join(folder, 'file'), join(folder, 'nothing')]
  writeFileSync(file, '')
  await expect(serveInspector({ path: file })).rejects.toMatchObject({ code: 'ENOTDIR' })
  await expect(serveInspector({ path: nothing })).rejects.toMatchObject({ code: 'ENOENT' })
})

test('A port that is none is refused', async () => {
  await expect(serveInspector({ path: folder, port: 70_000 })).rejects.toThrow(TypeError)
})

test('The page says why its server refuses', async () => {
  const source = await remoteSource(served.url)
  const place = { database: 'd', store: 's', key: 1 }
  await expect(source.put(place, 1)).rejects.toThrow('lets nothing be changed')
  const long = 'x'.repeat(16_000_001)
  await expect(source.page({ ...place, after: long } as never)).rejects.toThrow('is longer than')
  await expect(remoteSource(served.url.replace(/.\/$/, '~/'))).rejects.toThrow('its new address')
})

test('A record is shown and put however deep its value is', async () => {
  await served.close()
  served = await serveInspector({ path: folder, isWritable: true })
  const indexedDB = createIndexedDB({ path: folder })
  const database = await openDatabase(indexedDB, (it) => void it.createObjectStore('deep'))
  database.transaction('deep', 'readwrite').objectStore('deep').put(nested(20_000), 1)
  const source = await remoteSource(served.url)
  const place = { database: 'test', store: 'deep', key: 1 }
  const found = await source.record(place)
  expect(depthOf(found?.value)).toBe(20_000)
  await source.put(place, nested(30_000))
  const changed = await source.record(place)
  expect(depthOf(changed?.value)).toBe(30_000)
  await close(indexedDB)
})

test('The databases of a factory are shown under a title, and stay open', async () => {
  const indexedDB = createIndexedDB({ vfs: memory() })
  const database = await openDatabase(indexedDB, (it) => void it.createObjectStore('s'))
  const ofFactory = await serveInspector({ indexedDB, title: 'Of the program' })
  const source = await remoteSource(ofFactory.url)
  expect(source.title).toBe('Of the program')
  expect(await source.databases()).toEqual([{ name: 'test', version: 1 }])
  await ofFactory.close()
  const store = database.transaction('s', 'readwrite').objectStore('s')
  expect(await resultOf(store.put(1, 1))).toBe(1)
  await close(indexedDB)
})

function nested(depth: number): Json {
  let value: Json = []
  for (let i = 1; i < depth; i++) value = [value]
  return value
}

function depthOf(value: Json | undefined): number {
  let depth = 0
  for (let it = value; Array.isArray(it); it = (it as Json[])[0]) depth++
  return depth
}
