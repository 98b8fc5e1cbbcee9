import { expect, test } from 'vitest'
import { createTestWorld } from '../../../src/testing.ts'

// In a file of its own: the engine's first bytes of all are the empty name's.
test('the first name that an engine stores may be empty', async () => {
  const { indexedDB } = createTestWorld()
  const request = indexedDB.open('')
  request.onupgradeneeded = () => request.result.createObjectStore('').createIndex('', '')
  await new Promise((resolve, reject) => {
    request.onsuccess = resolve
    request.onerror = () => reject(request.error)
  })
  const store = request.result.transaction('').objectStore('')
  expect([...store.indexNames]).toEqual([''])
})
