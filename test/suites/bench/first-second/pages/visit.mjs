/**
 * What a visited page runs: `?kind=native` or `ours`, `&path=` where ours keeps its files, `&exists` when they are there. Leaves on the
 * global object, as `visited`, when each step was over, in milliseconds since the navigation began.
 */
const count = 100
const { kind, path, exists } = Object.fromEntries(new URLSearchParams(location.search))
const marks = { started: performance.now() }
const mark = (step) => (marks[step] = performance.now())

globalThis.visited = visit()

async function visit() {
  const factory = kind === 'native' ? indexedDB : await ours()
  mark('imported')
  const database = await open(factory)
  mark('opened')
  if (exists === undefined) await use(database)
  database.close()
  return marks
}

/** The server has it under that name. */
async function ours() {
  const { createIndexedDB } = await import('/package/app.js')
  return createIndexedDB({ path })
}

function open(factory) {
  const request = factory.open(path, 1)
  request.onupgradeneeded = () => request.result.createObjectStore('records', { keyPath: 'id' })
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function use(database) {
  const transact = (mode, act) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction('records', mode)
      const request = act(transaction.objectStore('records'))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  await repeat('put', (id) => transact('readwrite', (store) => store.put(recordOf(id))))
  await repeat('get', (id) => transact('readonly', (store) => store.get(id)))
  const all = await transact('readonly', (store) => store.getAll())
  if (all.length !== count) throw new Error(`getAll() has found ${all.length}`)
  mark('getAll')
}

const recordOf = (id) => ({ id, name: `record number ${id}`, n: id * 7919, tags: ['a', 'b'] })

async function repeat(name, act) {
  for (let id = 0; id < count; id++) {
    await act(id)
    if ([1, 10, 100].includes(id + 1)) mark(`${name} ${id + 1}`)
  }
}
