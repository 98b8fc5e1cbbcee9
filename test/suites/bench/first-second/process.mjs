/**
 * `process.mjs JOB`: the first second of a process, as its job (JSON, see `main.ts`) says: what it loads, where its files are, and whether
 * they are there already. Prints, as JSON, when each step was over, in milliseconds since 1970. The file is no module of a bundle: what
 * is not needed here is not loaded either. The processor time at each, of all threads, since the process began, is printed as well.
 */
const marks = { started: now() }
const cpu = { started: cpuMs() }
const job = JSON.parse(process.argv[2])
const count = 1000

function now() {
  return performance.timeOrigin + performance.now()
}

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function mark(step) {
  marks[step] = now()
  cpu[step] = cpuMs()
}

const recordOf = (id) => ({ id, name: `record number ${id}`, n: id * 7919, tags: ['a', 'b'] })
const kinds = { ours: indexedDBs, 'fake-indexeddb': indexedDBs, sqlite: sqlDatabases, bare: null }

const parts = job.parts ? (await import('./parts.mjs')).watchEngine(job.parts) : null
const steps = kinds[job.kind] ? await kinds[job.kind](job) : null
if (steps) await run(steps)
console.log(JSON.stringify({ marks, cpu, ...(parts && { parts }) }))

async function run({ open, put, get, getAll, close }) {
  await open()
  mark('opened')
  parts?.end()
  if (job.exists) {
    expect(await get(0), 0)
    mark('read')
    return close()
  }
  await repeat('put', put)
  await repeat('get', async (id) => expect(await get(id), id))
  const found = (await getAll()).length
  if (found !== count) throw new Error(`getAll() has found ${found}`)
  mark('getAll')
  await close()
  mark('closed')
}

async function repeat(name, act) {
  for (let id = 0; id < count; id++) {
    await act(id)
    if ([1, 10, 100, 1000].includes(id + 1)) mark(`${name} ${id + 1}`)
  }
}

function expect(record, id) {
  if (record?.id !== id) throw new Error(`Record ${id} is ${JSON.stringify(record)}`)
}

async function indexedDBs({ kind, module, path }) {
  const { createIndexedDB, IDBFactory, close } = await import(module)
  mark('imported')
  const factory = kind === 'ours' ? createIndexedDB({ path }) : new IDBFactory()
  let database = null
  const transact = (mode, act) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction('records', mode)
      const request = act(transaction.objectStore('records'))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  return {
    open: async () => (database = await openFirst(factory)),
    put: (id) => transact('readwrite', (store) => store.put(recordOf(id))),
    get: (id) => transact('readonly', (store) => store.get(id)),
    getAll: () => transact('readonly', (store) => store.getAll()),
    async close() {
      database.close()
      await close?.(factory)
    },
  }
}

function openFirst(factory) {
  const request = factory.open('first', 1)
  request.onupgradeneeded = () => request.result.createObjectStore('records', { keyPath: 'id' })
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** The same on a table, where the caller makes bytes and back of the records: as text. */
async function sqlDatabases({ module, path }) {
  const {
    default: Default,
    DatabaseSync,
    Database = DatabaseSync ?? Default,
  } = await import(module)
  mark('imported')
  let database = null
  const statements = new Map()
  const prepared = (sql) => {
    if (!statements.has(sql)) statements.set(sql, database.prepare(sql))
    return statements.get(sql)
  }
  return {
    async open() {
      database = new Database(`${path}.sqlite`)
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      database.exec('CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, value TEXT)')
    },
    put: (id) =>
      prepared('INSERT INTO records VALUES (?, ?)').run(id, JSON.stringify(recordOf(id))),
    get: (id) => JSON.parse(prepared('SELECT value FROM records WHERE id = ?').get(id).value),
    getAll: () =>
      prepared('SELECT value FROM records')
        .all()
        .map(({ value }) => JSON.parse(value)),
    close: () => database.close(),
  }
}
