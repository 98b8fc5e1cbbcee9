import { describe, expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { connectHost } from '../../../src/port/client.ts'
import { serve } from '../../../src/port/server.ts'
import type { Presence } from '../../../src/port/presence.ts'
import {
  createStores,
  deleteDatabase,
  open,
  put,
  scan,
  settle,
  store,
  Tester,
} from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { portPair, unexpected } from '../../kit/transports.ts'

/** One host, and as many realms behind ports as are asked for. */
function fixture() {
  const storage = new ModelDirectory()
  const owner = createHost({ storage, durability: 'relaxed' })
  const log: string[] = []
  const realm = () => {
    const [ownPort, port] = portPair()
    serve(owner, ownPort, { report: unexpected, presence: null })
    return { host: connectHost(port), port, ownPort }
  }
  return { storage, owner, realm, log }
}

describe('records', () => {
  test('of any size arrive as they were stored', async () => {
    const { realm } = fixture()
    const connection = await open(realm().host, 'db', { changes: createStores(store(1)) })
    const transaction = new Tester(connection)
    const values = [1, 2, 5_000, 200_000].map((length, i) => Array.from({ length }, () => i))
    for (const [i, value] of values.entries()) void transaction.execute(put(i, value))
    const { records } = await transaction.execute(scan())
    expect(records.map(({ value }) => value)).toEqual(values)
    expect(await transaction.commit()).toBe('committed')
  })

  test('are copied when the operation is called', async () => {
    const { realm } = fixture()
    const connection = await open(realm().host, 'db', { changes: createStores(store(1)) })
    const transaction = new Tester(connection)
    const operation = put(1, [7])
    const { bytes } = operation.value
    void transaction.execute(operation)
    bytes.fill(0)
    expect((await transaction.execute(scan())).records[0]?.value).toEqual([7])
  })
})

describe('realms', () => {
  test('hear versionchange of each other', async () => {
    const { realm, log } = fixture()
    await open(realm().host, 'db', { log, onVersionChange: 'close' })
    log.length = 0
    const second = await open(realm().host, 'db', { version: 2, log })
    expect(second.schema.version).toBe(2)
    expect(log).toEqual(['versionchange 1 2', 'upgradeNeeded 1 2', 'upgrade committed', 'opened'])
  })

  test('a realm whose port closes lets go of its transactions and connections', async () => {
    const { storage, realm } = fixture()
    const { host, port } = realm()
    const connection = await open(host, 'db', { changes: createStores(store(1)) })
    await new Tester(connection).execute(put(1))
    port.close()
    expect(await deleteDatabase(realm().host, 'db')).toBe(1)
    expect(storage.log.filter((step) => step === 'rollback')).toHaveLength(1)
  })

  test('a realm that goes with a versionchange unanswered holds up nobody', async () => {
    const { realm } = fixture()
    const { host, port } = realm()
    const first = await open(host, 'db')
    first.listen({ versionChange: () => port.close(), closing: () => {}, closed: () => {} })
    expect((await open(realm().host, 'db', { version: 2 })).schema.version).toBe(2)
  })

  test('a realm whose owner goes hears it everywhere', async () => {
    const { realm, log } = fixture()
    const { host, ownPort } = realm()
    const connection = await open(host, 'db', { log, changes: createStores(store(1)) })
    const transaction = new Tester(connection, { log })
    await transaction.execute(put(1))
    const blocked = open(host, 'db', { version: 2, log })
    log.length = 0
    ownPort.close()
    await expect(blocked).rejects.toMatchObject({ name: 'UnknownError' })
    expect(log.filter((line) => !/^(versionchange|blocked)/.test(line))).toEqual([
      'tx aborted UnknownError',
      'closing',
      'closed UnknownError',
      'failed UnknownError',
    ])
    await expect(open(host, 'db')).rejects.toMatchObject({ name: 'UnknownError' })
  })

  test('what a realm that goes is waiting for is not done', async () => {
    const { storage, realm } = fixture()
    const holder = await open(realm().host, 'db')
    const { host, port } = realm()
    void deleteDatabase(host, 'db').catch(() => {})
    await settle()
    port.close()
    await settle()
    holder.close()
    await settle()
    expect([...storage.files.keys()]).toEqual(['db'])
  })

  test('a connection its realm has closed hears nothing when the owner goes', async () => {
    const { realm, log } = fixture()
    const { host, ownPort } = realm()
    const connection = await open(host, 'db', { log, changes: createStores(store(1)) })
    await new Tester(connection).execute(put(1))
    connection.close()
    log.length = 0
    ownPort.close()
    await connection.closed
    expect(log.filter((line) => line.startsWith('closed'))).toEqual([])
  })

  test('a transaction created on a connection the owner has closed by force is aborted', async () => {
    const { owner, realm, log } = fixture()
    const connection = await open(realm().host, 'db', { log, changes: createStores(store(1)) })
    const [first] = [await open(owner, 'other', { log })]
    first?.forceClose()
    connection.forceClose()
    const transaction = new Tester(connection, { log })
    expect(await transaction.ended).toBe('aborted AbortError')
    expect(log).toContain('closed AbortError')
  })

  test('hear of an end that no port tells, as it shows in the presence of threads', async () => {
    const { owner, log } = fixture()
    const [ownPort, port] = portPair()
    const [ofOwner, ofRealm] = [new TestPresence('owner'), new TestPresence('realm')]
    serve(owner, ownPort, { report: unexpected, presence: ofOwner })
    const host = connectHost(port, { presence: ofRealm, gone: () => log.push('gone') })
    await open(host, 'db', { log, changes: createStores(store(1)) })
    log.length = 0
    ofRealm.watched.get('owner')?.()
    expect(log).toEqual(['closing', 'closed UnknownError', 'gone'])
    await expect(open(host, 'db')).rejects.toMatchObject({ message: /has ended/ })
    ofOwner.watched.get('realm')?.()
    expect(await deleteDatabase(owner, 'db')).toBe(1)
  })
})

/** Shows a thread under a name at once, and is told when others end. */
class TestPresence implements Presence {
  readonly watched = new Map<string, () => void>()
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  show(shown: (name: string) => void): void {
    shown(this.#name)
  }

  watch(name: string, gone: () => void): () => void {
    this.watched.set(name, gone)
    return () => this.watched.delete(name)
  }
}
