/** Neither end of a port keeps much for the other: an owner for a client that does not read, or one that asks for more than is done. */
import { describe, expect, test } from 'vitest'
import { createHost } from '../../../src/host/host.ts'
import { ParcelReader } from '../../../src/port/parcel.ts'
import { connectHost } from '../../../src/port/client.ts'
import type { HostPort, PortEvent } from '../../../src/port/messages.ts'
import { serve } from '../../../src/port/server.ts'
import { numberKeyOffset, readNumberKeyBytes } from '../../../src/keys/number-key.ts'
import type { HostConnection, Operation, ScanOperation } from '../../../src/protocol/protocol.ts'
import { createStores, open, put, scan, settle, store, Tester } from '../../kit/host-client.ts'
import { ModelDirectory } from '../../kit/model-storage.ts'
import { portPair, unexpected } from '../../kit/transports.ts'

const MiB = 1024 * 1024

/** A port that counts what is posted, and can hold back what comes. */
class Gauge implements HostPort {
  readonly #port: HostPort
  postedBytes = 0
  #isStopped = false
  readonly #held: PortEvent[] = []
  #listener = (_event: PortEvent): void => {}

  constructor(port: HostPort) {
    this.#port = port
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.postedBytes += new ParcelReader(message).sizeBytes
    this.#port.postMessage(message, transfer)
  }

  addEventListener(
    type: 'message' | 'messageerror' | 'close',
    listener: (event: PortEvent) => void,
  ): void {
    if (type !== 'message') return this.#port.addEventListener(type, listener)
    this.#listener = listener
    this.#port.addEventListener(type, (event) => {
      if (this.#isStopped) this.#held.push(event)
      else listener(event)
    })
  }

  start(): void {
    this.#port.start?.()
  }

  stop(): void {
    this.#isStopped = true
  }

  goOn(): void {
    this.#isStopped = false
    for (const event of this.#held.splice(0)) this.#listener(event)
  }
}

async function fixture() {
  const owner = createHost({ storage: new ModelDirectory(), durability: 'relaxed' })
  const [ownPort, port] = portPair()
  const [atOwner, atClient] = [new Gauge(ownPort), new Gauge(port)]
  serve(owner, atOwner, { report: unexpected, presence: null })
  const host = connectHost(atClient)
  const connection = await open(host, 'db', { changes: createStores(store(1), store(2)) })
  return { owner, host, connection, atOwner, atClient }
}

/** Fills the store with values of a size each. */
async function fill(connection: HostConnection, count: number, sizeBytes: number): Promise<void> {
  const transaction = new Tester(connection)
  const value = Uint8Array.from({ length: sizeBytes }, (_, i) => i % 256)
  for (let i = 0; i < count; i++) void transaction.execute(put(i, value))
  await transaction.commit()
}

const keys = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** The keys of records, as numbers. */
function keysOf(records: readonly { readonly key: readonly number[] }[]): number[] {
  return records.map(({ key }) => readNumberKeyBytes(Uint8Array.from(key), numberKeyOffset))
}

/** A scan of all records, or of fewer. */
function scanOf(changes: Partial<ScanOperation> = {}): Operation {
  return { ...(scan() as ScanOperation), ...changes }
}

describe('a client that does not read', () => {
  test('is sent 4 MiB and little more, and all the rest when it reads again', async () => {
    const { connection, atOwner, atClient } = await fixture()
    await fill(connection, 100, 100_000)
    const before = atOwner.postedBytes
    atClient.stop()
    const transaction = new Tester(connection, { mode: 'readonly' })
    const scanned = [transaction.execute(scan()), transaction.execute(scan())]
    await settle()
    await settle()
    expect(atOwner.postedBytes - before).toBeGreaterThan(4 * MiB)
    expect(atOwner.postedBytes - before).toBeLessThan(5 * MiB)
    atClient.goOn()
    for (const { records } of await Promise.all(scanned)) {
      expect(keysOf(records)).toEqual(keys(100))
    }
    expect(await transaction.commit()).toBe('committed')
  })

  test('gets single records one by one only while there is room', async () => {
    const { connection, atOwner, atClient } = await fixture()
    await fill(connection, 100, 100_000)
    const before = atOwner.postedBytes
    atClient.stop()
    const transaction = new Tester(connection, { mode: 'readonly' })
    const got = keys(100).map((i) => transaction.execute(scanOf({ skip: i, limit: 1 })))
    await settle()
    await settle()
    expect(atOwner.postedBytes - before).toBeLessThan(5 * MiB)
    atClient.goOn()
    const records = (await Promise.all(got)).flatMap((answer) => answer.records)
    expect(keysOf(records)).toEqual(keys(100))
  })

  test('keeps the order of what it asks for: a write after a scan is not seen by it', async () => {
    const { connection, atClient } = await fixture()
    await fill(connection, 60, 100_000)
    atClient.stop()
    const transaction = new Tester(connection)
    const scanned = transaction.execute(scan())
    void transaction.execute(put(100, [1]))
    const after = transaction.execute(scan())
    const ended = transaction.commit()
    await settle()
    atClient.goOn()
    expect((await scanned).records).toHaveLength(60)
    expect((await after).records).toHaveLength(61)
    expect(await ended).toBe('committed')
  })

  test('has few scans under way, however many wait for a transaction that ends', async () => {
    const { connection, atOwner, atClient } = await fixture()
    await fill(connection, 5, 250_000)
    const writer = new Tester(connection)
    await writer.execute(put(5))
    const before = atOwner.postedBytes
    atClient.stop()
    const readers = keys(20).map(() => new Tester(connection, { mode: 'readonly' }))
    const scanned = readers.map((reader) => reader.execute(scan()))
    const ended = readers.map((reader) => reader.commit())
    const written = writer.commit()
    for (let i = 0; i < 5; i++) await settle()
    expect(atOwner.postedBytes - before).toBeGreaterThan(4 * MiB)
    expect(atOwner.postedBytes - before).toBeLessThan(6 * MiB)
    atClient.goOn()
    for (const { records } of await Promise.all(scanned)) expect(records).toHaveLength(6)
    expect(new Set(await Promise.all([written, ...ended]))).toEqual(new Set(['committed']))
  })

  test('scans on while scans of its own wait for that transaction to end', async () => {
    const { connection } = await fixture()
    await fill(connection, 5, 250_000)
    const writer = new Tester(connection)
    await writer.execute(put(5))
    const readers = keys(6).map(() => new Tester(connection, { mode: 'readonly' }))
    const scanned = readers.map((reader) => reader.execute(scan()))
    expect((await writer.execute(scan())).records).toHaveLength(6)
    readers[0]?.transaction.abort()
    await settle()
    expect(await writer.commit()).toBe('committed')
    const rest = await Promise.all(scanned.slice(1))
    expect(rest.map(({ records }) => records.length)).toEqual(keys(5).map(() => 6))
  })

  test('does not hold up another', async () => {
    const { owner, connection, atClient } = await fixture()
    await fill(connection, 100, 100_000)
    atClient.stop()
    void new Tester(connection, { mode: 'readonly' }).execute(scan())
    await settle()
    const [ownPort, port] = portPair()
    serve(owner, ownPort, { report: unexpected, presence: null })
    const other = await open(connectHost(port), 'db')
    const transaction = new Tester(other, { mode: 'readonly' })
    expect((await transaction.execute(scan())).records).toHaveLength(100)
  })

  test('and goes leaves nothing waiting', async () => {
    const { owner, connection, atClient } = await fixture()
    await fill(connection, 100, 100_000)
    atClient.stop()
    void new Tester(connection).execute(scan())
    await settle()
    connection.forceClose()
    const other = new Tester(await open(owner, 'db'))
    await other.execute(put(1, [1]))
    expect(await other.commit()).toBe('committed')
  })
})

describe('a scan in pieces', () => {
  test.each([
    ['limited by count', { limit: 50 }, 50],
    ['limited by size', { limitBytes: 3_000_000 }, 30],
    ['with records passed over', { skip: 90 }, 10],
    ['backwards', { direction: 'prev' as const }, 100],
  ])('gives the same records as a whole one, %s', async (_title, options, count) => {
    const { owner, connection } = await fixture()
    await fill(connection, 100, 100_000)
    const whole = new Tester(await open(owner, 'db'), { mode: 'readonly' })
    const pieces = new Tester(connection, { mode: 'readonly' })
    const expected = await whole.execute(scanOf(options))
    const { records } = await pieces.execute(scanOf(options))
    expect(keysOf(records)).toEqual(keysOf(expected.records))
    expect(records).toHaveLength(count)
  })
})

describe('a client that asks for more than is done', () => {
  const large = Array.from({ length: 500_000 }, (_, i) => i % 256)

  test('holds back what goes beyond 16 MiB, and asks for it later', async () => {
    const { connection, atClient } = await fixture()
    const first = new Tester(connection)
    await first.execute(put(0))
    const before = atClient.postedBytes
    const second = new Tester(connection)
    const answers = keys(60).map((i) => second.execute(put(i, large)))
    const ended = second.commit()
    await settle()
    expect(atClient.postedBytes - before).toBeLessThan(18 * MiB)
    expect(await first.commit()).toBe('committed')
    await Promise.all(answers)
    expect(await ended).toBe('committed')
    const { records } = await new Tester(connection).execute(scan())
    expect(records).toHaveLength(60)
  })

  test('still gets to work what the rest waits for', async () => {
    const { connection } = await fixture()
    const first = new Tester(connection)
    await first.execute(put(0))
    const second = new Tester(connection)
    keys(60).forEach((i) => void second.execute(put(i, large)))
    const ended = second.commit()
    await settle()
    await first.execute(put(1, large))
    expect(await first.commit()).toBe('committed')
    expect(await ended).toBe('committed')
  })

  test('takes back what it has held when it aborts', async () => {
    const { connection } = await fixture()
    const first = new Tester(connection)
    await first.execute(put(0))
    const second = new Tester(connection)
    keys(60).forEach((i) => void second.execute(put(i, large)))
    second.transaction.abort()
    const third = new Tester(connection)
    const answers = keys(20).map((i) => third.execute(put(i, large)))
    expect(await first.commit()).toBe('committed')
    await Promise.all(answers)
    expect(await third.commit()).toBe('committed')
  })
})
