import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleProgram } from '../../kit/server-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-debug-'))
const script = join(folder, 'program.mjs')

beforeAll(() =>
  bundleProgram(
    `
    import { createIndexedDB } from './src/index.ts'
    import { memory } from './vfs/memory.ts'
    const request = createIndexedDB({ vfs: memory() }).open('library', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('books').put('SICP', 1)
    request.onsuccess = () => request.result.transaction('books').objectStore('books').get(1)
    `,
    script,
  ),
)
afterAll(() => rmSync(folder, { recursive: true }))

/** What the program writes to its standard error output. */
async function errorsOf(variable: string | undefined): Promise<string[]> {
  const { IDB_DEBUG: _, ...environment } = process.env
  const env = variable === undefined ? environment : { ...environment, IDB_DEBUG: variable }
  const { stderr } = await promisify(execFile)(process.execPath, [script], { env })
  return stderr
    .replaceAll(/\d+\.\d ms/g, 'N ms')
    .replaceAll(/IDB \d+/g, 'IDB N')
    .split('\n')
}

test('IDB_DEBUG has a process write a line for all that is over', async () => {
  expect(await errorsOf(undefined)).toEqual([''])
  expect(await errorsOf('1')).toEqual([
    'IDB N: transaction "library" versionchange committed with 1 request after N ms',
    'IDB N: open "library" done after N ms',
    'IDB N: transaction "library" readonly "books" committed with 1 request after N ms',
    '',
  ])
  expect(await errorsOf('all,delete')).toEqual([
    'IDB_DEBUG has no "all"; write 1 or transaction, request, open, delete',
    '',
  ])
  expect(await errorsOf('request')).toEqual([
    'IDB N: request "library" put "books" done after N ms',
    'IDB N: request "library" get "books" done after N ms',
    '',
  ])
})
