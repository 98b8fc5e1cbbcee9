/** A counter in a database, as an application keeps one, on that factory: all who use the directory share it. */
export function counterOf(indexedDB) {
  let opened

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open('counters', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('counters')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    return opened
  }

  return {
    /** Adds 1; resolves to the sum once that is committed. */
    async raise(name = 'all') {
      const database = await open()
      return new Promise((resolve, reject) => {
        const transaction = database.transaction('counters', 'readwrite')
        const store = transaction.objectStore('counters')
        const request = store.get(name)
        let sum
        request.onsuccess = () => {
          sum = (request.result ?? 0) + 1
          store.put(sum, name)
        }
        transaction.oncomplete = () => resolve(sum)
        transaction.onabort = () => reject(transaction.error)
      })
    },
    /** Resolves to the number. */
    async read(name = 'all') {
      const database = await open()
      return new Promise((resolve, reject) => {
        const request = database.transaction('counters').objectStore('counters').get(name)
        request.onsuccess = () => resolve(request.result ?? 0)
        request.onerror = () => reject(request.error)
      })
    },
  }
}
