import assert from 'node:assert/strict'
import Dexie, { liveQuery } from 'dexie'

class Library extends Dexie {
  constructor(version) {
    super('library')
    this.version(1).stores({ books: '++id, title' })
    if (version < 2) return
    this.version(2)
      .stores({ books: '++id, &title, [author+year], *tags', blobs: '', keys: 'key' })
      .upgrade((transaction) =>
        transaction
          .table('books')
          .toCollection()
          .modify((book) => {
            book.tags = [book.author.toLowerCase(), 'old']
          }),
      )
  }
}

const texts = (count) => Array.from({ length: count }, (_, i) => `text ${i}`)

export const first = {
  'an upgrade adds indexes and changes the records it finds'() {
    return upgrade()
  },
  async 'compound, multi-entry and unique indexes answer queries'() {
    const db = await new Library(2).open()
    const { books } = db
    assert.equal(await books.where('tags').equals('old').count(), 50)
    assert.equal((await books.where('[author+year]').equals(['B', 1901]).toArray()).length, 1)
    const range = books.where('[author+year]').between(['A', Dexie.minKey], ['A', Dexie.maxKey])
    assert.equal(await range.count(), 25)
    assert.deepEqual(
      await books
        .where('tags')
        .anyOf('a', 'b')
        .distinct()
        .primaryKeys()
        .then((k) => k.length),
      50,
    )
    assert.equal((await books.orderBy('title').reverse().first()).title, 'title 9')
    db.close()
  },
  async 'a live query sees each change, made through any connection'() {
    const [db, other] = [await new Library(2).open(), await new Library(2).open()]
    const seen = []
    const query = liveQuery(() => db.books.where('tags').equals('new').count())
    const reached = Promise.withResolvers?.() ?? withResolvers()
    const subscription = query.subscribe({
      next(count) {
        seen.push(count)
        if (count === 2) reached.resolve()
      },
      error: (error) => reached.reject(error),
    })
    await db.books.add({ title: 'first', author: 'N', year: 1, tags: ['new'] })
    await other.books.add({ title: 'second', author: 'N', year: 2, tags: ['new'] })
    await reached.promise
    subscription.unsubscribe()
    assert.equal(seen.at(-1), 2)
    db.close()
    other.close()
  },
  async 'a transaction that throws leaves nothing behind'() {
    const db = await new Library(2).open()
    const before = await db.books.count()
    const failing = db.transaction('rw', db.books, async () => {
      await db.books.add({ title: 'never', author: 'X', year: 0, tags: [] })
      await db.transaction('rw', db.books, () =>
        db.books.bulkAdd(texts(5).map((title) => ({ title }))),
      )
      throw new RangeError('on purpose')
    })
    await assert.rejects(failing, { name: 'RangeError' })
    assert.equal(await db.books.count(), before)
    db.close()
  },
  async 'a unique index refuses, and bulkAdd() tells which'() {
    const db = await new Library(2).open()
    await assert.rejects(db.books.add({ title: 'first' }), { name: 'ConstraintError' })
    const added = db.books.bulkAdd([{ title: 'x' }, { title: 'first' }, { title: 'y' }])
    const error = await added.catch((it) => it)
    assert.equal(error.name, 'BulkError')
    assert.deepEqual(Object.keys(error.failuresByPos), ['1'])
    assert.equal(await db.books.where('title').anyOf('x', 'y').count(), 2)
    db.close()
  },
  async 'attachments and binary keys come back as they were'() {
    const db = await new Library(2).open()
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251)
    await db.blobs.put(new Blob([bytes], { type: 'image/x' }), 'picture')
    await db.blobs.put(bytes, 'bytes')
    const keys = [[], [1, 2], [1, 2, 0], [255]].map((it) => Uint8Array.from(it))
    await db.keys.bulkPut(keys.reverse().map((key, i) => ({ key, i })))
    assert.deepEqual(
      (await db.keys.toArray()).map(({ i }) => i),
      [3, 2, 1, 0],
    )
    const found = await db.keys.get(Uint8Array.from([1, 2]))
    assert.equal(found.i, 2)
    db.close()
  },
  async 'many databases are made, listed and deleted'() {
    const names = texts(30)
    await Promise.all(
      names.map(async (name) => {
        const db = new Dexie(name)
        db.version(1).stores({ a: 'id' })
        await db.table('a').put({ id: name })
        db.close()
      }),
    )
    const listed = await Dexie.getDatabaseNames()
    for (const name of names) assert.ok(listed.includes(name), name)
    await Promise.all(names.slice(1).map((name) => Dexie.delete(name)))
    assert.deepEqual((await Dexie.getDatabaseNames()).sort(), ['library', 'text 0'])
  },
}

export const second = {
  async 'a second process finds records, indexes, Blobs and keys'() {
    const db = await new Library(2).open()
    assert.equal(db.verno, 2)
    assert.equal(await db.books.where('tags').equals('old').count(), 50)
    assert.equal(await db.books.where('title').equals('second').count(), 1)
    const blob = await db.blobs.get('picture')
    assert.equal(blob.type, 'image/x')
    const expected = await db.blobs.get('bytes')
    assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), expected)
    assert.equal((await db.keys.orderBy('key').last()).i, 0)
    assert.deepEqual((await Dexie.getDatabaseNames()).sort(), ['library', 'text 0'])
    db.close()
  },
}

async function upgrade() {
  const old = await new Library(1).open()
  const records = Array.from({ length: 50 }, (_, i) => ({
    title: `title ${i}`,
    author: 'AB'[i % 2],
    year: 1900 + i,
  }))
  await old.books.bulkAdd(records)
  // It is asked to go, and goes.
  const db = await new Library(2).open()
  assert.equal(db.verno, 2)
  assert.deepEqual((await db.books.get({ title: 'title 3' })).tags, ['b', 'old'])
  db.close()
}

function withResolvers() {
  const result = {}
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }))
  return result
}
