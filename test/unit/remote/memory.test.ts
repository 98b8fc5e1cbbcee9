/** How much of what is read is in the engine's heap at a time. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase } from '../../kit/promises.ts'
import { bundleProgram } from '../../kit/server-program.ts'

const MiB = 1024 * 1024

/** As many values of each: some just short enough to be in one part, some in four. All together they are 80 MiB. */
const [count, shortBytes, longBytes] = [16, 1_000_000, 4 * MiB]

/** Less than half of what the values take as the text that they come as. */
const heapMiB = 64

/** What reads all values, and calls `add` with each. */
const reads = {
  'gets of one task':
    'for (let key = 0; key < 32; key++) store.get(key).onsuccess = ({ target }) => add(target.result)',
  'gets of one task from an index':
    "for (let key = 0; key < 32; key++) store.index('tags').get(key).onsuccess = ({ target }) => add(target.result)",
  'getAll()': 'store.getAll().onsuccess = ({ target }) => target.result.forEach(add)',
  'getAll() of an index with several entries of each record':
    "store.index('tags').getAll(IDBKeyRange.upperBound(31)).onsuccess = ({ target }) => target.result.forEach(add)",
  'a cursor': walk('store'),
  'a cursor over an index with several entries of each record': walk(
    "store.index('tags')",
    'IDBKeyRange.upperBound(31)',
  ),
}

function walk(source: string, range = 'null'): string {
  return `${source}.openCursor(${range}).onsuccess = ({ target: { result } }) => {
    if (!result) return
    add(result.value)
    result.continue()
  }`
}

onServer('long values on a server', ({ factory, connectionString, schema }) => {
  let folder = ''
  let script = ''
  let tables = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idb-everywhere-memory-'))
    script = join(folder, 'program.mjs')
    await mkdir(join(folder, 'node_modules'))
    const driver = dirname(createRequire(import.meta.url).resolve('pg/package.json'))
    await symlink(driver, join(folder, 'node_modules/pg'))
    // Deno imports only what a package names.
    await writeFile(join(folder, 'package.json'), '{ "dependencies": { "pg": "*" } }')
    await bundleProgram(program, script)
    tables = await schema()
    await fill(await factory())
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function fill(indexedDB: IDBFactory): Promise<void> {
    const database = await openDatabase(indexedDB, (it) => {
      it.createObjectStore('s').createIndex('tags', 'tags', { multiEntry: true })
    })
    for (let key = 0; key < 2 * count; key++) {
      const transaction = database.transaction('s', 'readwrite')
      const bytes = new Uint8Array(key < count ? shortBytes : longBytes).fill(key)
      transaction.objectStore('s').put({ tags: [key, key + 1_000, 'all'], bytes }, key)
      await completion(transaction)
    }
  }

  for (const [title, read] of Object.entries(reads)) {
    test(`${title} read more than the heap can hold`, async () => {
      const way = JSON.stringify({ connectionString: connectionString(), schema: tables })
      const limit = `--max-old-space-size=${heapMiB}`
      const { stdout } = await promisify(execFile)(process.execPath, [limit, script, way, read])
      expect(stdout.trim()).toBe(`${2 * count} values, ${count * (shortBytes + longBytes)} bytes`)
    })
  }
})

const program = `
  import { createIndexedDB, IDBKeyRange } from './src/index.ts'
  import { postgres } from './src/remote/entry.ts'
  const [, , way, read] = process.argv
  const indexedDB = createIndexedDB({ host: postgres(JSON.parse(way)) })
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('test')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const transaction = database.transaction('s')
  let [count, sizeBytes] = [0, 0]
  const add = ({ tags: [key], bytes }) => {
    if (bytes[0] !== key || bytes.at(-1) !== key) throw new Error('another value: ' + key)
    count++
    sizeBytes += bytes.length
  }
  new Function('store', 'add', 'IDBKeyRange', read)(transaction.objectStore('s'), add, IDBKeyRange)
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onabort = () => reject(transaction.error)
  })
  console.log(count + ' values, ' + sizeBytes + ' bytes')
  process.exit()
`
