/** A database whose records have values of many types, the same each time. */

const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const words = ['alpha', 'béta', 'γάμμα', 'delta', '🙂']

const makers = [
  (i) => ({
    title: `${words[i % 5]} ${i}`,
    tags: [words[i % 3], words[(i + 1) % 5]],
    price: i / 7,
  }),
  (i) => ({ at: new Date(i * 1000), nothing: undefined, big: 2n ** 64n + BigInt(i) }),
  (i) => ({ bytes: Uint8Array.from({ length: i % 50 }, (_, k) => k), floats: Float64Array.of(i) }),
  (i) => ({ map: new Map([[i, { x: i }]]), set: new Set([i, words[i % 5]]), re: /a+/g }),
  (i) => ({
    text: 'x'.repeat(i % 300),
    numbers: [NaN, -0, Infinity, i],
    nested: { a: { b: [i] } },
  }),
  (i) => `just text ${i}`,
  (i) => [i, null, true, { holes: Object.assign([], { length: 2, 1: i }) }],
  (i) => new Error(`number ${i}`, { cause: i }),
]

const keyMakers = [
  (i) => i,
  (i) => `key ${i}`,
  (i) => new Date(i),
  (i) => [i, words[i % 5]],
  (i) => Uint8Array.of(i >> 24, i >> 16, i >> 8, i).buffer,
]

/** Makes the database; gives how many records it has. */
export async function fill(indexedDB, name, count) {
  const request = indexedDB.open(name, 3)
  request.onupgradeneeded = () => {
    const database = request.result
    const inline = database.createObjectStore('inline', { keyPath: 'id', autoIncrement: true })
    inline.createIndex('by title', 'title')
    inline.createIndex('by tag', 'tags', { multiEntry: true })
    database.createObjectStore('mixed')
  }
  const database = await resultOf(request)
  for (let i = 0; i < count;) {
    const transaction = database.transaction(['inline', 'mixed'], 'readwrite')
    const completed = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve
      transaction.onabort = () => reject(transaction.error)
    })
    const end = Math.min(count, i + 2_000)
    for (; i < end; i++) put(transaction, i)
    await completed
  }
  database.close()
  return count
}

function put(transaction, i) {
  if (i % 2 === 0) transaction.objectStore('inline').put(makers[(i / 2) % 5](i))
  else transaction.objectStore('mixed').put(makers[i % makers.length](i), keyMakers[i % 5](i))
}
