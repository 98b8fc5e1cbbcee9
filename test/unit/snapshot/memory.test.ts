import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundleProgram } from '../../kit/server-program.ts'

test('30,000 records of 3,000 characters are exported and imported in a heap of 40 MiB', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-snapshot-'))
  try {
    expect(await runProgram(folder)).toContain('30000 of 30000')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** On disk, from one directory into another; what is exported is several times as large as the heap may be. */
async function runProgram(folder: string): Promise<string> {
  const script = join(folder, 'program.mjs')
  await bundleProgram(program(folder), script)
  return execFileSync(process.execPath, ['--max-old-space-size=40', script], { encoding: 'utf8' })
}

function program(folder: string): string {
  return `
    import { createIndexedDB } from './src/index.ts'
    import { exportDatabase, importDatabase } from './src/snapshot.ts'
    const [from, to] = ['a', 'b'].map((it) => createIndexedDB({ path: ${JSON.stringify(folder)} + '/' + it }))
    const database = await new Promise((resolve) => {
      const request = from.open('d', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('s')
      request.onsuccess = () => resolve(request.result)
    })
    for (let key = 0; key < 30_000; ) {
      const transaction = database.transaction('s', 'readwrite')
      const end = key + 1_000
      for (; key < end; key++) transaction.objectStore('s').put({ key, text: 'x'.repeat(3_000), at: new Date(key) }, key)
      await new Promise((resolve) => { transaction.oncomplete = resolve })
    }
    database.close()
    const { records } = await importDatabase(exportDatabase(from, 'd'), { indexedDB: to })
    console.log(records, 'of 30000')
  `
}
