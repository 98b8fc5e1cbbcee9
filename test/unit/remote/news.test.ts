/** What is told of the commits of other processes: each host is one, as the server sees it. */
import { expect, test } from 'vitest'
import { observe, type Observed } from '../../../src/extras.ts'
import { messageIn, messageText } from '../../../src/remote/session/news-text.ts'
import { askServer } from '../../kit/ask-server.ts'
import { eventually } from '../../kit/eventually.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

onServer('observe() on a server', ({ factory, connectionString, schema }) => {
  const opened = async (): Promise<IDBDatabase> =>
    openDatabase(await factory({}, () => {}), (it) => {
      it.createObjectStore('books')
      it.createObjectStore('log', { autoIncrement: true })
    })

  const write = async (
    database: IDBDatabase,
    ask: (books: IDBObjectStore, log: IDBObjectStore) => void,
  ): Promise<void> => {
    const transaction = database.transaction(['books', 'log'], 'readwrite')
    ask(transaction.objectStore('books'), transaction.objectStore('log'))
    await completion(transaction)
  }

  const notesOf = (database: IDBDatabase): Observed[] => {
    const notes: Observed[] = []
    observe(database as never, {}, (observed) => notes.push(observed)) // Node has no type for it.
    return notes
  }

  /** Resolves when the server knows that someone watches. */
  const isWatched = async (): Promise<unknown> => {
    const text = `SELECT count(*) FROM "${await schema()}".connections WHERE watches`
    return eventually(async () => {
      expect(await askServer(connectionString(), text)).toEqual([['1']])
    })
  }

  const put = (key: unknown, store = 'books') => ({ store, kind: 'put', key, range: undefined })

  test('a process that opens a watched database tells of each commit, in order, with all that it has changed', async () => {
    const notes = notesOf(await opened())
    await isWatched()
    const writer = await opened()
    await write(writer, (books, log) => {
      books.put('one', ['a', 1])
      log.add('generated')
      books.delete(7)
    })
    await write(writer, (books) => books.clear())
    await eventually(() => expect(notes).toHaveLength(2))
    expect(notes[0]).toEqual({
      type: 'change',
      isOwn: false,
      changes: [
        put(['a', 1]),
        { store: 'books', kind: 'delete', key: 7, range: undefined },
        { store: 'log', kind: 'add', key: 1, range: undefined },
      ],
    })
    expect(notes[1]).toMatchObject({ changes: [{ store: 'books', kind: 'clear', range: null }] })
  })

  test('one that has it open already says when it begins to tell, as it may have committed before', async () => {
    const [writer, watcher] = [await opened(), await opened()]
    const notes = notesOf(watcher)
    await eventually(() => expect(notes).toEqual([{ type: 'missed' }]))
    await write(writer, (books) => books.put(1, 1))
    await write(watcher, (books) => books.put(2, 2))
    await eventually(() => expect(notes).toHaveLength(3))
    expect(notes.slice(1)).toEqual([
      { type: 'change', isOwn: false, changes: [put(1)] },
      { type: 'change', isOwn: true, changes: [put(2)] },
    ])
  })

  test('changes for which a notification has no room are told as what may have changed', async () => {
    const notes = notesOf(await opened())
    await isWatched()
    await write(await opened(), (books) => {
      for (let i = 0; i < 900; i++) books.put(i, i)
    })
    await eventually(() => expect(notes).toHaveLength(1))
    expect(notes[0]).toMatchObject({ changes: [{ store: 'books', kind: 'any', range: null }] })
  })

  test('an aborted transaction is not told', async () => {
    const notes = notesOf(await opened())
    await isWatched()
    const writer = await opened()
    const transaction = writer.transaction('books', 'readwrite')
    await resultOf(transaction.objectStore('books').put(1, 1))
    transaction.abort()
    await write(writer, (books) => books.put(2, 2))
    await eventually(() => expect(notes).toHaveLength(1))
    expect(notes).toEqual([{ type: 'change', isOwn: false, changes: [put(2)] }])
  })

  test('where the connection for messages was lost it says so, and tells on', async () => {
    const notes = notesOf(await opened())
    await isWatched()
    const writer = await opened()
    const cut =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'idb-everywhere'"
    await askServer(connectionString(), cut)
    await eventually(() => expect(notes).toContainEqual({ type: 'missed' }))
    await isWatched()
    await eventually(async () => {
      await write(writer, (books) => books.put(3, 3))
      expect(notes.at(-1)).toEqual({ type: 'change', isOwn: false, changes: [put(3)] })
    })
  })

  test('a process that watches no longer has others tell nothing more', async () => {
    const watcher = await opened()
    const observation = observe(watcher as never, {}, () => {})
    await isWatched()
    observation.close()
    const text = `SELECT count(*) FROM "${await schema()}".connections WHERE watches`
    await eventually(async () => {
      expect(await askServer(connectionString(), text)).toEqual([['0']])
    })
  })
})

const client = '01234567-89ab-cdef-0123-456789abcdef'

test('what is told comes back from its text', () => {
  const lower = Uint8Array.of(0x10, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0)
  const change = { storeId: 3, kind: 'any', range: { lower, upper: Uint8Array.of(0xff) } } as const
  const message = { type: 'news', client, db: 12, changes: [change] } as const
  expect(messageIn(messageText(message))).toEqual(message)
  expect(messageIn(messageText({ type: 'watch', client, db: 12 }))).toEqual({
    type: 'watch',
    client,
    db: 12,
  })
})

test.each(['', 'ask', `news ${client}`, `watch ${client} 1 []`])('%j is no news', (text) => {
  expect(messageIn(text)).toBeNull()
})

test.each(['[', '[1]', '[[1,"any","",3]]', '[[1,"burnt","",""]]', '[[1,"put","IA==",null]]'])(
  'of changes such as %j nothing is told but that there were some',
  (changes) => {
    const message = { type: 'news', client, db: 1, changes: null }
    expect(messageIn(`news ${client} 1 ${changes}`)).toEqual(message)
  },
)
