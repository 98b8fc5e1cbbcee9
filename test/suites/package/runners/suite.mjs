// What suites written for fake-indexeddb do, in each of the documented ways to load and reset it. `load` gives its modules;
// `test` and `equal` are the runner's.
export function declareSuite({ test, equal, load }) {
  const resultOf = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })

  async function openBooks(factory) {
    const request = factory.open('books', 1)
    request.onupgradeneeded = () => {
      const books = request.result.createObjectStore('books', { keyPath: 'isbn' })
      books.createIndex('by_title', 'title', { unique: true })
      books.put({ title: 'Quarry Memories', isbn: 123456 })
      books.put({ title: 'Bedrock Nights', isbn: 345678 })
    }
    return resultOf(request)
  }

  const titles = async (database, range) => {
    const books = database.transaction('books').objectStore('books')
    return (await resultOf(books.getAll(range))).map(({ title }) => title)
  }

  test('the globals are there and can be assigned', async () => {
    const names = Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('IDB'))
    equal(names.length, 12)
    for (const name of ['indexedDB', ...names]) {
      const { configurable, writable, enumerable } = Object.getOwnPropertyDescriptor(
        globalThis,
        name,
      )
      equal([name, configurable, writable, enumerable].join(), `${name},true,true,false`)
    }
    if (typeof window === 'object') equal(window.indexedDB, globalThis.indexedDB)
  })

  test('databases are read and queried', async () => {
    globalThis.indexedDB = new IDBFactory()
    const database = await openBooks(indexedDB)
    equal((await titles(database, IDBKeyRange.lowerBound(200000))).join(), 'Bedrock Nights')
    database.close()
  })

  test('a new factory starts over', async () => {
    const { IDBFactory: Factory } = await load('fake-indexeddb')
    const old = await openBooks(indexedDB)
    globalThis.indexedDB = new Factory()
    equal((await indexedDB.databases()).length, 0)
    equal(indexedDB instanceof IDBFactory, true)
    equal((await titles(old)).length, 2)
  })

  test('the exports are the globals, and deep imports give the classes', async () => {
    const all = await load('fake-indexeddb')
    equal(all.default, all.indexedDB)
    for (const name of ['Factory', 'KeyRange', 'Database', 'Request', 'VersionChangeEvent']) {
      const deep = await load(`fake-indexeddb/lib/FDB${name}`)
      equal(deep.default ?? deep, all[`IDB${name}`])
      equal(globalThis[`IDB${name}`], all[`IDB${name}`])
    }
  })

  test('a database closed by force fires close', async () => {
    const { forceCloseDatabase } = await load('fake-indexeddb')
    const database = await openBooks(indexedDB)
    const closed = new Promise((resolve) => database.addEventListener('close', resolve))
    forceCloseDatabase(database)
    equal((await closed).type, 'close')
  })

  test('methods of the prototype can be replaced', () => {
    const { open } = IDBFactory.prototype
    IDBFactory.prototype.open = () => 'replaced'
    equal(indexedDB.open('x'), 'replaced')
    IDBFactory.prototype.open = open
  })

  test('the clone of a value has the classes of the test', async () => {
    const database = await openBooks(indexedDB)
    const books = database.transaction('books', 'readwrite').objectStore('books')
    await resultOf(
      books.put({ isbn: 1, title: 'x', when: new Date(5), bytes: new Uint8Array([7]) }),
    )
    const { when, bytes } = await resultOf(books.get(1))
    equal([+when, bytes[0], bytes.length].join(), '5,7,1')
    equal(Object.prototype.toString.call(when), '[object Date]')
    database.close()
  })
}
