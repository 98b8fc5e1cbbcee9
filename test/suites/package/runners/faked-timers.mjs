// Requests must not wait for clocks that a test has stopped.
export async function underFakeTimers() {
  const request = indexedDB.open('under fake timers', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('store')
  const database = await new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result)
  })
  const transaction = database.transaction('store', 'readwrite')
  transaction.objectStore('store').put(1, 1)
  await new Promise((resolve) => {
    transaction.oncomplete = resolve
  })
  database.close()
}
