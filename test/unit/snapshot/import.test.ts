import assert from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import { diff, exportDatabase, importDatabase } from '../../../src/snapshot.ts'
import { inMemory, listOf, make, namesIn, open, shop, streamOf, textOf } from './databases.ts'

const made = (async () => {
  const factory = inMemory()
  await make(factory, 'shop', 1, shop)
  const text = await textOf(exportDatabase(factory, 'shop'))
  return { factory, text, lines: text.trimEnd().split('\n') }
})()

const same = async (indexedDB: ReturnType<typeof inMemory>, name = 'shop'): Promise<unknown[]> =>
  listOf(diff({ indexedDB: (await made).factory, name: 'shop' }, { indexedDB, name }))

describe('importDatabase()', () => {
  test.each<[string, string, (text: string, lines: string[]) => string]>([
    ['nothing', 'ERR_IDB_CUT_FILE', () => ''],
    ['another file', 'ERR_IDB_FOREIGN_FILE', () => 'name,price\n1,2\n'],
    ['other JSON', 'ERR_IDB_FOREIGN_FILE', () => '{"formatName":"dexie"}'],
    [
      'a newer format',
      'ERR_IDB_NEWER_FORMAT',
      (text) => text.replace('"version":1', '"version":2'),
    ],
    [
      'a version of the format that is none',
      'ERR_IDB_CORRUPT',
      (text) => text.replace('"version":1', '"version":"x"'),
    ],
    ['a file without its end', 'ERR_IDB_CUT_FILE', (_, lines) => lines.slice(0, -1).join('\n')],
    ['a file cut in a line', 'ERR_IDB_CUT_FILE', (text) => text.slice(0, -40)],
    ['a file with a line less', 'ERR_IDB_CORRUPT', (_, lines) => lines.toSpliced(2, 1).join('\n')],
    ['a line that is no JSON', 'ERR_IDB_CORRUPT', (_, lines) => lines.with(2, '{').join('\n')],
    [
      'a record of no store',
      'ERR_IDB_CORRUPT',
      (_, lines) => lines.with(2, '{"s":9,"v":1}').join('\n'),
    ],
    [
      'a value of no type',
      'ERR_IDB_CORRUPT',
      (_, lines) => lines.with(2, '{"s":0,"v":{"$":"x"}}').join('\n'),
    ],
    ['a file that ends within its first line', 'ERR_IDB_CUT_FILE', (text) => text.slice(0, 60)],
    ['a file that ends within its first word', 'ERR_IDB_CUT_FILE', (text) => text.slice(0, 5)],
    ['a file that begins as none of ours', 'ERR_IDB_FOREIGN_FILE', () => '{"format":"another'],
    ['more after the end', 'ERR_IDB_CORRUPT', (text, lines) => text + (lines[1] ?? '')],
  ])('refuses %s with %s, and leaves nothing', async (_, code, change) => {
    const { text, lines } = await made
    for (const options of [{}, { replace: true }, { resume: true }]) {
      const to = inMemory()
      const stream = streamOf(change(text, lines), 1000)
      await assert.rejects(
        importDatabase(stream, { indexedDB: to, ...options }),
        (error: Error) => {
          expect([error.name, (error.cause as { code?: string }).code]).toEqual(['DataError', code])
          return true
        },
      )
      expect(await namesIn(to)).not.toContain('shop')
    }
  })

  test('says which record is too large to be stored, and leaves nothing', async () => {
    const from = inMemory()
    await make(from, 'keys', 1, (database) => {
      const store = database.createObjectStore('s')
      for (let key = 1; key <= 250; key++) store.put('', key)
    })
    const lines = (await textOf(exportDatabase(from, 'keys'))).split('\n')
    const longer = JSON.stringify('a'.repeat(16 * 1024 * 1024))
    const text = lines.with(201, lines[201]?.replace('"k":201', `"k":${longer}`) ?? '').join('\n')
    for (const options of [{}, { replace: true }]) {
      const to = inMemory()
      await assert.rejects(
        importDatabase(streamOf(text, 1_000_000), { indexedDB: to, ...options }),
        (error: DOMException) => {
          expect(error.message).toMatch(
            /^A key of object store "s" takes .*; it is the record with the primary key "a{99}… in object store "s", number 201 of those to be imported, on line 202 of the export; database "keys" was being imported$/,
          )
          expect(error.cause).toMatchObject({
            code: 'ERR_IDB_TOO_LARGE',
            database: 'keys',
            limit: 16_777_216,
          })
          return true
        },
      )
      expect(await namesIn(to)).toEqual([])
    }
  })

  test('says which database it was that failed, by the name that it was to have', async () => {
    const { text, lines } = await made
    const damaged = lines.with(2, '{').join('\n')
    for (const options of [{}, { replace: true }, { resume: true }]) {
      const into = { indexedDB: inMemory(), name: 'copy', ...options }
      await assert.rejects(importDatabase(streamOf(damaged), into), {
        name: 'DataError',
        message: 'The file is damaged in line 3: it is no JSON; database "copy" was being imported',
      })
      await assert.rejects(importDatabase(streamOf(text.slice(0, -40)), into), (error: Error) => {
        expect(error.message).toMatch(/; database "copy" was being imported$/)
        expect(error.cause).toMatchObject({ code: 'ERR_IDB_CUT_FILE', database: 'copy' })
        return true
      })
    }
  })

  test('refuses a name that is taken, and leaves what has it as it is', async () => {
    const to = inMemory()
    await make(to, 'shop', 1, (database) => void database.createObjectStore('mine'))
    const { text } = await made
    for (const resume of [false, true]) {
      await assert.rejects(importDatabase(streamOf(text), { indexedDB: to, resume }), {
        name: 'ConstraintError',
      })
    }
    expect([...(await open(to, 'shop')).objectStoreNames]).toEqual(['mine'])
    expect(await namesIn(to)).toEqual(['shop'])
  })

  test('makes a database of another name', async () => {
    const to = inMemory()
    await importDatabase(streamOf((await made).text), { indexedDB: to, name: 'copy' })
    expect(await same(to, 'copy')).toEqual([])
  })

  test('replaces a database of a higher version, whose connections it asks to close', async () => {
    const to = inMemory()
    const mine = await open(to, 'shop', 9, (database) => void database.createObjectStore('mine'))
    let asked = 0
    mine.onversionchange = () => {
      asked++
      mine.close()
    }
    await importDatabase(streamOf((await made).text), { indexedDB: to, replace: true })
    expect([asked, await same(to), await namesIn(to)]).toEqual([1, [], ['shop']])
  })

  test('replaces nothing by a file that turns out to be damaged', async () => {
    const to = inMemory()
    await make(to, 'shop', 1, (database) => void database.createObjectStore('mine'))
    const { lines } = await made
    const cut = lines.slice(0, -1).join('\n')
    await assert.rejects(importDatabase(streamOf(cut), { indexedDB: to, replace: true }))
    expect([...(await open(to, 'shop')).objectStoreNames]).toEqual(['mine'])
  })

  test('goes on where it was interrupted, and ends equal', async () => {
    const to = inMemory()
    const { text } = await made
    const long = await longExport()
    const controller = new AbortController()
    const interrupted = importDatabase(streamOf(long.text, 100_000), {
      indexedDB: to,
      resume: true,
      signal: controller.signal,
      onProgress: ({ records }) => records > 500 && controller.abort(new Error('interrupted')),
    })
    await assert.rejects(interrupted, /interrupted/)
    expect(await namesIn(to)).toEqual(['long (import)'])
    const staged: number[] = []
    await importDatabase(streamOf(long.text, 100_000), {
      indexedDB: to,
      resume: true,
      onProgress: ({ phase, records }) => phase === 'staged' && staged.push(records),
    })
    expect(staged[0]).toBeGreaterThan(501)
    const sides = [long.factory, to].map((indexedDB) => ({ indexedDB, name: 'long' })) as [
      Side,
      Side,
    ]
    expect([await listOf(diff(...sides)), await namesIn(to)]).toEqual([[], ['long']])
    expect(text.length).toBeGreaterThan(0)
  })

  test('goes on after a file that was cut, with the whole one, and not with another', async () => {
    const to = inMemory()
    const long = await longExport()
    const cut = long.text.slice(0, -70_001)
    await assert.rejects(importDatabase(streamOf(cut, 50_000), { indexedDB: to, resume: true }))
    expect(await namesIn(to)).toEqual(['long (import)'])
    const { text } = await made
    await importDatabase(streamOf(text), { indexedDB: to, resume: true, name: 'long' })
    expect(await same(to, 'long')).toEqual([])
  })

  test('stops when its signal says so, and leaves nothing', async () => {
    const to = inMemory()
    const long = await longExport()
    const controller = new AbortController()
    const stopped = importDatabase(streamOf(long.text, 50_000), {
      indexedDB: to,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })
    await assert.rejects(stopped, /enough/)
    expect(await namesIn(to)).toEqual([])
  })

  test.each([{}, { replace: true }, { resume: true }])(
    'stops when its signal says so while nothing comes, and cancels the stream, with %j',
    async (options) => {
      const to = inMemory()
      const { text } = await made
      const controller = new AbortController()
      const cancelled: unknown[] = []
      const stream = stalling(text.slice(0, -40), {
        awaited: () => controller.abort(new Error('enough')),
        cancelled: (reason) => cancelled.push(reason),
      })
      const { signal } = controller
      await assert.rejects(importDatabase(stream, { indexedDB: to, signal, ...options }), /enough/)
      expect(cancelled).toEqual([new Error('enough')])
      expect(await namesIn(to)).not.toContain('shop')
    },
  )
})

/** A stream that gives the text, and then neither more nor its end; `told` hears when more is asked for, and of the cancellation. */
function stalling(
  text: string,
  told: { awaited(): void; cancelled(reason: unknown): void },
): ReadableStream<Uint8Array> {
  let isGiven = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (isGiven) {
          told.awaited()
          await new Promise(() => undefined)
        }
        isGiven = true
        controller.enqueue(new TextEncoder().encode(text))
      },
      cancel: (reason) => told.cancelled(reason),
    },
    { highWaterMark: 0 },
  )
}

interface Side {
  readonly indexedDB: ReturnType<typeof inMemory>
  readonly name: string
}

async function longExport(): Promise<{ factory: ReturnType<typeof inMemory>; text: string }> {
  const factory = inMemory()
  await make(factory, 'long', 1, (database) => {
    const store = database.createObjectStore('s')
    for (let i = 0; i < 1500; i++) store.put('x'.repeat(1000), i)
  })
  return { factory, text: await textOf(exportDatabase(factory, 'long')) }
}
