/**
 * A program, or a library in it, has given `Object.prototype` a member, or `Array.prototype` an accessor. Objects that only
 * this package makes do not take it for their own: with any such name, everything goes as it does without it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-inherited-'))
const program = join(folder, 'program.mjs')

interface Outcome {
  readonly title: string
  readonly what: string
  readonly result: unknown
  readonly wanted: unknown
}

const outcomes: Outcome[] = []

beforeAll(async () => {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/unit/api/inherited-members.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // The engine is looked for from where the source lies.
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'src/platform/node.ts')).href),
    },
  })
  const worker = new Worker(program, { workerData: { source: join(root, 'src'), program } })
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('message', (outcome: Outcome | null) => {
      if (outcome) outcomes.push(outcome)
      else resolve()
    })
  })
  await worker.terminate()
})

afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['in memory', 'members: 5'],
  ['in memory', 'members: strict'],
  ['in memory', 'members: () => 5'],
  ['in memory', 'accessor: 0'],
  ['in memory', 'accessor: 1'],
  ['in memory', 'accessor: 2'],
  ['over a port', 'members: 5'],
  ['over a port', 'members: strict'],
  ['over a port', 'members: () => 5'],
  ['over a port', 'accessor: 0'],
  ['over a port', 'accessor: 1'],
  ['over a port', 'accessor: 2'],
])('%s, what all objects inherit changes nothing (%s)', isAsWithout)

// In Deno the thread ends of it by itself: its own queues are arrays.
test.skipIf(process.versions['deno']).each([
  ['in memory', 'setter throws: 0'],
  ['in memory', 'setter throws: 2'],
  ['over a port', 'setter throws: 0'],
  ['over a port', 'setter throws: 2'],
])('%s, what all arrays inherit and throws changes nothing (%s)', isAsWithout)

function isAsWithout(title: string, what: string): void {
  const outcome = outcomes.find((it) => it.title === title && it.what === what)
  expect(outcome?.wanted).toBeDefined()
  expect(outcome?.result).toEqual(outcome?.wanted)
}
