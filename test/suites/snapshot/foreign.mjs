/**
 * Snapshots of what others have made: databases of fake-indexeddb, exported and imported, and an export of Dexie's. Both come from the
 * registry, unchanged.
 *
 * node test/suites/snapshot/foreign.mjs
 *
 * Needs a built `dist/`. Ends with a line of counts.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { importBundled } from '../../kit/bundle.mjs'

const { installedPackage } = (await importBundled('test/kit/runtimes.ts')).module

const companions = ['dexie@4.4.7', 'fake-indexeddb@6.2.8']
const installed = await installedPackage('dexie-export-import', '4.4.0', companions)
// Beside the packages, so that its imports find them.
const folder = mkdtempSync(join(installed, 'run-'))
let passed = 0
let failed = 0
try {
  const program = join(folder, 'program.mjs')
  cpSync(fileURLToPath(new URL('foreign-program.mjs', import.meta.url)), program)
  const { checks } = await import(pathToFileURL(program).href)
  for (const [title, work] of Object.entries(checks)) await check(title, work)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`foreign: ${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

async function check(title, work) {
  try {
    await work({
      ours: await import('idb-everywhere'),
      memory: (await import('idb-everywhere/vfs/memory')).memory,
      snapshot: await import('idb-everywhere/snapshot'),
      formats: await import('idb-everywhere/snapshot/formats'),
    })
    passed++
    console.log(`ok    ${title}`)
  } catch (error) {
    failed++
    console.log(`FAIL  ${title}\n      ${error.stack}`)
  }
}
