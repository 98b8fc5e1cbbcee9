/** The worker's side of hosting, with its channel in this thread. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { close, createIndexedDB } from '../../../src/index.ts'
import { hostForOwner, type OwnerChannel } from '../../../src/hosting/worker-scope.ts'
import type { WorkerAnswer, WorkerCall } from '../../../src/hosting/worker-messages.ts'
import type { HostSettings } from '../../../src/options/options.ts'
import { platform } from '../../../src/platform/node.ts'
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
