/** The worker's side of hosting, with its channel in this thread. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import { hostForOwner, type OwnerChannel } from '../../../src/hosting/worker-scope.ts'
import type { WorkerAnswer, WorkerCall } from '../../../src/hosting/worker-messages.ts'
import type { HostSettings } from '../../../src/options/options.ts'
import { platform } from '../../../src/platform/node.ts'
import { connectHost } from '../../../src/port/client.ts'
import { RelayedPort } from '../../../src/port/relayed-port.ts'
import { openDatabase } from '../../kit/promises.ts'

const path = mkdtempSync(join(tmpdir(), 'worker-scope-'))

afterAll(() => rmSync(path, { recursive: true }))

const settings: HostSettings = {
  path,
  durability: 'relaxed',
  isShared: false,
  waitMs: 0,
  ifCorrupt: 'throw',
  integrityCheck: 'unclean',
  quotaBytes: undefined,
  cache: undefined,
}

/** What a worker answers when it is to start with those settings. */
function startedWith(settings: HostSettings): WorkerAnswer[] {
  const answers: WorkerAnswer[] = []
  let send: (call: WorkerCall) => void = () => {}
  const channel: OwnerChannel = {
    listen: (receive) => (send = receive),
    post: (answer) => answers.push(answer),
  }
  hostForOwner(platform, channel)
  send({ 'idb-everywhere': 'start', id: 1, settings, wasm: null })
  send({ 'idb-everywhere': 'leave', id: 1 })
  return answers
}

test('options that the worker’s own factory contradicts are refused with their code', async () => {
  const factory = createIndexedDB({ path, durability: 'strict' })
  const database = await openDatabase(factory, (it) => it.createObjectStore('s'))
  const facts = { code: 'ERR_IDB_OPTIONS_CONFLICT', path }
  const failure = { name: 'UnknownError', message: expect.stringContaining('in use'), facts }
  expect(startedWith(settings)).toMatchObject([{ 'idb-everywhere': 'failed', failure }])
  database.close()
  await close(factory)
})

test('an option that the worker does not accept is named', () => {
  const facts = { code: 'ERR_IDB_INVALID_OPTION', option: 'quotaBytes' }
  const failure = { message: expect.stringContaining('"quotaBytes"'), facts }
  expect(startedWith({ ...settings, quotaBytes: -1 })).toMatchObject([{ failure }])
})

describe('an engine that is to come', () => {
  test('is used when it has come', async () => {
    expect(await timesLoaded(await platform.loadWasm())).toBe(0)
  })

  test('is loaded in the worker where the thread that has started it cannot have it', async () => {
    expect(await timesLoaded(null)).toBe(1)
  })
})

/** How often a worker loads the engine itself, to name its databases, that was told one would come, and is sent that. */
async function timesLoaded(wasm: WebAssembly.Module | null): Promise<number> {
  const loadWasm = vi.fn(() => platform.loadWasm())
  let send: (call: WorkerCall) => void = () => {}
  let stopped = (): void => {}
  const post: OwnerChannel['post'] = (answer) => {
    if (answer['idb-everywhere'] === 'answer') port.received(answer.message)
    if (answer['idb-everywhere'] === 'stopped') stopped()
  }
  hostForOwner({ ...platform, loadWasm }, { listen: (receive) => (send = receive), post })
  const port = new RelayedPort({
    post: (message) => send({ 'idb-everywhere': 'call', id: 1, message }),
  })
  send({
    'idb-everywhere': 'start',
    id: 1,
    settings: { ...settings, path: join(path, 'other') },
    wasm: 'coming',
  })
  const named = new Promise((done, failed) => connectHost(port).databases({ done, failed }))
  send({ 'idb-everywhere': 'engine', id: 1, wasm })
  expect(await named).toEqual([])
  await new Promise<void>((resolve) => {
    stopped = resolve
    send({ 'idb-everywhere': 'stop', id: 1, isCutOff: false })
  })
  return loadWasm.mock.calls.length
}
