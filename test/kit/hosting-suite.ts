/** What a factory's closing means to script, wherever its host runs: the same claims hold for every hosting. */
import type { TestTools } from '../../src/testing/vfs-conformance.ts'
import { completion, openDatabase, resultOf } from './promises.ts'

/** A directory that is empty, and the factories on it. */
export interface Hosting {
  /** Makes another factory on the directory. */
  create(): IDBFactory
  close(factory: IDBFactory): Promise<void>
}

/**
 * Checks a hosting; `makeHosting` is called once for each test, whose factories are all closed by the end. `rounds`: of the
 * test that starts workers over and over, where there are any.
 */
export function hostingSuite(
  tools: TestTools,
  makeHosting: () => Hosting,
  { rounds = 12 }: { rounds?: number } = {},
): void {
  const { assert } = tools
  const test = (title: string, body: (hosting: Hosting) => Promise<void>): void => {
    tools.test(title, () => closingAll(makeHosting(), body))
  }

  const suite: Suite = { assert, test }
  testConnections(suite)
  testOpening(suite)
  testOthers(suite)
  testDirectory(suite, rounds)
}

/** What the tests of a hosting are written with. */
interface Suite {
  readonly assert: TestTools['assert']
  test(title: string, body: (hosting: Hosting) => Promise<void>): void
}

/** What the connections of a closing factory are told. */
function testConnections({ assert, test }: Suite): void {
  test('close(): each connection gets one close event, and transaction() throws InvalidStateError', async ({
    create,
    close,
  }) => {
    const factory = create()
    const databases = [await openStore(factory), await openStore(factory)]
    const logs = databases.map(logOf)
    const closed = Promise.all(databases.map(eventOf('close')))
    await close(factory)
    await closed
    for (const database of databases) {
      assert.equal(
        thrownBy(() => database.transaction('s')),
        'InvalidStateError',
      )
      assert.equal(
        thrownBy(() => database.transaction('s', 'readwrite')),
        'InvalidStateError',
      )
    }
    await rest(factory)
    assert.deepEqual(logs, [['close'], ['close']])
  })

  test('close(): from the call on transaction() throws, and what is under way completes before the close event', async ({
    create,
    close,
  }) => {
    const factory = create()
    const database = await openStore(factory)
    const log = logOf(database)
    const transaction = put(database, 'key', 'value')
    transaction.addEventListener('complete', () => log.push('complete'))
    transaction.addEventListener('abort', () => log.push('abort'))
    const isClosed = eventOf('close')(database)
    const closed = close(factory)
    assert.equal(
      thrownBy(() => database.transaction('s')),
      'InvalidStateError',
    )
    await closed
    await isClosed
    assert.deepEqual(log, ['complete', 'close'])
    assert.equal(await get(await openStore(factory), 'key'), 'value')
  })

  test('close(): a connection that script has closed gets no close event', async ({
    create,
    close,
  }) => {
    const factory = create()
    const [closed, closing, other] = [
      await openStore(factory),
      await openStore(factory),
      await openStore(factory),
    ]
    const logs = [closed, closing].map(logOf)
    closed.close()
    await rest(factory)
    const transaction = put(closing, 'key', 'value')
    closing.close()
    const isClosed = eventOf('close')(other)
    await Promise.all([close(factory), completion(transaction), isClosed])
    await rest(factory)
    assert.deepEqual(logs, [[], []])
  })
}

/** What a closing factory answers that it was asked before. */
function testOpening({ assert, test }: Suite): void {
  test('close(): an open under way succeeds, and its connection is closed next', async ({
    create,
    close,
  }) => {
    const factory = create()
    ;(await openStore(factory)).close()
    const request = factory.open('test')
    const log: string[] = []
    const isClosed = new Promise<void>((resolve) => {
      request.onsuccess = () => {
        log.push(
          'success',
          thrownBy(() => request.result.transaction('s')),
        )
        request.result.onclose = () => resolve(void log.push('close'))
      }
    })
    await Promise.all([close(factory), isClosed])
    assert.deepEqual(log, ['success', 'InvalidStateError', 'close'])
  })

  test('close(): an open that waits for connections to close fails with AbortError; an upgrade comes to its end', async ({
    create,
    close,
  }) => {
    const [factory, other] = [create(), create()]
    await openStore(other)
    const waiting = nameOfError(resultOf(factory.open('test', 2)))
    const upgraded = openStore(factory, { name: 'upgraded', version: 2 })
    const isClosed = upgraded.then(eventOf('close'))
    await close(factory)
    await isClosed
    assert.equal(await waiting, 'AbortError')
    const databases = await factory.databases()
    const versions = databases.map(({ name, version }) => `${name} ${version}`)
    assert.deepEqual(versions.sort(), ['test 1', 'upgraded 2'])
  })

  test('close(): an open queued after a blocked request of another factory fails with AbortError', async ({
    create,
    close,
  }) => {
    const [holder, blocked, queued] = [create(), create(), create()]
    const held = await openStore(holder)
    const deletion = blocked.deleteDatabase('test')
    await eventOf('blocked')(deletion)
    const waiting = nameOfError(resultOf(queued.open('test')))
    await close(queued)
    assert.equal(await waiting, 'AbortError')
    held.close()
    await resultOf(deletion)
  })
}

/** What is asked, and what others have open, while a factory closes. */
function testOthers({ assert, test }: Suite): void {
  test('what is asked while close() is under way waits, and works', async ({ create, close }) => {
    const factory = create()
    await completion(put(await openStore(factory), 'key', 'value'))
    const closed = close(factory)
    const opened = openStore(factory)
    const listed = factory.databases()
    const deleted = resultOf(factory.deleteDatabase('other'))
    await Promise.all([closed, deleted])
    assert.deepEqual(await listed, [{ name: 'test', version: 1 }])
    assert.equal(await get(await opened, 'key'), 'value')
    assert.equal(await get(await openStore(create()), 'key'), 'value')
  })

  test('what another factory asks while close() is under way works, and stays', async ({
    create,
    close,
  }) => {
    const first = create()
    await completion(put(await openStore(first), 'key', 'value'))
    const closed = close(first)
    const second = create()
    const database = await openStore(second)
    const log = logOf(database)
    await closed
    await completion(put(database, 'key', 'second'))
    await close(first)
    assert.equal(await get(database, 'key'), 'second')
    assert.deepEqual(log, [])
  })

  test('close() of one factory leaves the connections of another alone', async ({
    create,
    close,
  }) => {
    const [first, second] = [create(), create()]
    const [own, other] = [await openStore(first), await openStore(second)]
    const [ownLog, otherLog] = [logOf(own), logOf(other)]
    const isClosed = eventOf('close')(own)
    await close(first)
    await isClosed
    await completion(put(other, 'key', 'value'))
    assert.deepEqual([ownLog, otherLog], [['close'], []])
    const again = await openStore(first)
    assert.equal(await get(again, 'key'), 'value')
    await close(second)
    assert.equal(await get(again, 'key'), 'value')
  })
}

/** What becomes of the directory when the last factory closes and the next one comes. */
function testDirectory({ assert, test }: Suite, rounds: number): void {
  test('mounted, unmounted and mounted again at once, the second has what it needs', async ({
    create,
    close,
  }) => {
    const first = create()
    const gone = openStore(first).then(eventOf('close'))
    const closed = close(first)
    const second = create()
    const database = await openStore(second)
    const log = logOf(database)
    await Promise.all([closed, gone])
    await completion(put(database, 'key', 'value'))
    await rest(second)
    assert.deepEqual(log, [])
    assert.equal(await get(database, 'key'), 'value')
  })

  test('a close listener may open the database again at once', async ({ create, close }) => {
    const factory = create()
    const database = await openStore(factory)
    await completion(put(database, 'key', 'value'))
    const reopened = eventOf('close')(database).then(() => openStore(factory))
    await close(factory)
    assert.equal(await get(await reopened, 'key'), 'value')
  })

  test('opening, closing, listing and deleting in any order at once never locks the directory', async ({
    create,
    close,
  }) => {
    const [factory, other] = [create(), create()]
    for (let round = 0; round < rounds; round++) {
      const outcomes = await Promise.all([
        nameOfError(openOnce(factory, 'a')),
        nameOfError(close(factory)),
        nameOfError(openOnce(round % 4 ? factory : other, 'b')),
        nameOfError(factory.databases()),
        nameOfError(round % 3 ? close(factory) : resultOf(factory.deleteDatabase('b'))),
        nameOfError(openOnce(factory, 'a')),
        nameOfError(round % 2 ? close(other) : other.databases()),
      ])
      for (const name of outcomes) assert.ok(name === null || name === 'AbortError', String(name))
    }
  })
}

async function closingAll(
  { create, close }: Hosting,
  body: (hosting: Hosting) => Promise<void>,
): Promise<void> {
  const factories: IDBFactory[] = []
  const createAndNote = (): IDBFactory => {
    const factory = create()
    factories.push(factory)
    return factory
  }
  try {
    await body({ create: createAndNote, close })
  } finally {
    for (const factory of factories) await close(factory)
  }
}

function openStore(
  factory: IDBFactory,
  options: { name?: string; version?: number } = {},
): Promise<IDBDatabase> {
  return openDatabase(factory, (database) => void database.createObjectStore('s'), options)
}

/** Opens a database that makes way for others. */
async function openOnce(factory: IDBFactory, name: string): Promise<void> {
  const database = await openStore(factory, { name })
  database.addEventListener('versionchange', () => database.close())
}

function put(database: IDBDatabase, key: string, value: string): IDBTransaction {
  const transaction = database.transaction('s', 'readwrite')
  transaction.objectStore('s').put(value, key)
  return transaction
}

function get(database: IDBDatabase, key: string): Promise<unknown> {
  return resultOf(database.transaction('s').objectStore('s').get(key))
}

/** Notes the events that tell a connection of its end. */
function logOf(database: IDBDatabase): string[] {
  const log: string[] = []
  for (const type of ['close', 'versionchange', 'abort', 'error']) {
    database.addEventListener(type, () => log.push(type))
  }
  return log
}

function eventOf(type: string): (target: EventTarget) => Promise<unknown> {
  return (target) => new Promise((resolve) => target.addEventListener(type, resolve))
}

/** Whatever is on its way comes before the answer to this. */
async function rest(factory: IDBFactory): Promise<void> {
  await resultOf(factory.deleteDatabase('none'))
  await factory.databases()
}

function thrownBy(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as Error).name // What the package throws are errors.
  }
  return 'nothing'
}

/** null when it is fulfilled. */
function nameOfError(promise: Promise<unknown>): Promise<string | null> {
  return promise.then(
    () => null,
    (error: Error) => error.name,
  )
}
