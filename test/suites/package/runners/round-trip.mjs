// What a test of a program does: it stores, closes, opens again and reads; by the global objects, in whatever they are.
export async function roundTrip(equal) {
  const resultOf = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })

  async function open() {
    const request = indexedDB.open('books', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('books', { keyPath: 'isbn' })
    return resultOf(request)
  }

  const first = await open()
  const transaction = first.transaction('books', 'readwrite')
  transaction
    .objectStore('books')
    .put({ isbn: 1, when: new Date(5), bytes: new Uint8Array([7]), tags: new Map([['a', 1n]]) })
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
  first.close()

  const second = await open()
  const books = second.transaction('books').objectStore('books')
  const [{ when, bytes, tags }] = await resultOf(books.getAll(IDBKeyRange.lowerBound(1)))
  equal([when instanceof Date, +when, bytes[0], tags.get('a')].join(), 'true,5,7,1')
  second.close()
  equal(indexedDB instanceof IDBFactory, true)
  equal(globalThis.indexedDB, indexedDB)
  if (typeof window === 'object') equal(window.indexedDB, indexedDB)
}
