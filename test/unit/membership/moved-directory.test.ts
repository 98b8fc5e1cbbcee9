/** A directory that goes away under an owner that has a client. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { close } from '../../../src/index.ts'
import { factoryOn } from '../../../src/hosting/composition.ts'
import { threadsOf } from '../../../src/hosting/in-thread.ts'
import { peerHosting } from '../../../src/hosting/peer-hosting.ts'
import { Member } from '../../../src/membership/member.ts'
import { completeOptions } from '../../../src/options/options.ts'
import { platform } from '../../../src/platform/node.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

const codeOf = ({ cause }: Error): unknown => (cause as { code?: unknown } | undefined)?.code

describe.skipIf(process.platform === 'win32')('a directory with an owner and a client', () => {
  let root = ''
  let path = ''
  let owner: { factory: IDBFactory; member: Member }
  let client: typeof owner
  beforeEach(async () => {
    root = fs.mkdtempSync(join(os.tmpdir(), 'moved-'))
    path = join(root, 'data')
    owner = takePart()
    await owner.factory.databases()
    client = takePart()
    await client.factory.databases()
    assert.deepEqual([owner.member.state, client.member.state], ['owner', 'client'])
  })
  afterEach(async () => {
    for (const { factory } of [client, owner]) await close(factory)
    fs.rmSync(root, { recursive: true })
  })

  function takePart(): typeof owner {
    const settings = completeOptions({ path, onWarning: () => {} }, platform)
    const threads = threadsOf(platform)
    const peer = platform.peerOf(settings, peerHosting(settings, platform, threads))
    assert.ok(peer)
    const id = (peer.process ?? '') + Math.random().toString(36).padEnd(16, '0')
    const member = new Member({
      peer,
      client: id.slice(0, 16),
      durability: 'relaxed',
      place: { path },
      report: () => {},
    })
    return { factory: factoryOn(member) as unknown as IDBFactory, member }
  }

  const open = ({ factory }: typeof owner): Promise<IDBDatabase> =>
    openDatabase(factory, (database) => database.createObjectStore('s'), { name: 'a' })

  function put(database: IDBDatabase, value: string): Promise<void> {
    const transaction = database.transaction('s', 'readwrite', { durability: 'strict' })
    transaction.objectStore('s').put(value, 'key')
    return completion(transaction)
  }

  function get(database: IDBDatabase): Promise<unknown> {
    return resultOf(database.transaction('s').objectStore('s').get('key'))
  }

  const closed = (database: IDBDatabase): Promise<unknown> =>
    new Promise((resolve) => (database.onclose = resolve))

  const isLost = { name: 'UnknownError', message: /moved or deleted while it was in use/ }

  test('that is moved away closes the connections of both, who then share what is there', async () => {
    const [own, other] = [await open(owner), await open(client)]
    await put(other, 'before')
    const allClosed = Promise.all([closed(own), closed(other)])
    fs.renameSync(path, join(root, 'elsewhere'))
    await assert.rejects(put(other, 'lost'), isLost)
    await allClosed
    const [ownAgain, otherAgain] = await Promise.all([open(owner), open(client)])
    assert.equal(await get(otherAgain), undefined)
    await put(otherAgain, 'after')
    assert.equal(await get(ownAgain), 'after')
    const states = [owner.member.state, client.member.state]
    assert.deepEqual(states.sort(), ['client', 'owner'])
  })

  test('that is moved away fails with it all that a client has asked, and says so', async () => {
    await open(owner)
    const other = await open(client)
    fs.renameSync(path, join(root, 'elsewhere'))
    const ends = await Promise.allSettled([1, 2, 3].map((n) => put(other, `lost ${n}`)))
    const codes = ends.map((end) => end.status === 'rejected' && codeOf(end.reason))
    assert.deepEqual(codes, Array(3).fill('ERR_IDB_FILES_LOST'))
  })

  test('that is removed while nothing is open there is made again by the second request at the latest', async () => {
    fs.rmSync(path, { recursive: true })
    const again = await open(client).catch((error: unknown) => {
      assert.match((error as Error).message, isLost.message)
      return open(client)
    })
    await put(again, 'after')
    assert.equal(await get(await open(owner)), 'after')
    assert.ok(fs.existsSync(join(path, 'owner.json')))
  })
})
