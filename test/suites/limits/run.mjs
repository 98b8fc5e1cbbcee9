/**
 * The largest values, and stores larger than memory: written and read in processes of their own.
 *
 * node test/suites/limits/run.mjs [--long]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const isLong = process.argv.includes('--long')
/** How much memory a walk may need, whatever the size of the store. */
const walkMiB = 224
/** What may stay in use once all is closed. */
const restMiB = 34
const storeMiB = isLong ? 4096 : 256
/** Three copies of a value in the engine, and three in JavaScript. */
const copies = 6
const values = isLong
  ? ['files', 'memory', 'worker'].flatMap((where) => [256, 511].map((size) => [where, size]))
  : [['files', 256]]

let passed = 0
let failed = 0
const notRun = []
for (const [where, sizeMiB] of values) tryValue(where, sizeMiB)
giveBack(64)
walkThrough()
const missing = notRun.length === 0 ? '' : `, ${notRun.length} not run: ${notRun.join(', ')}`
console.log(`limits: ${passed} passed, ${failed} failed${missing}`)
process.exitCode = failed === 0 ? 0 : 1

function tryValue(where, sizeMiB) {
  const what = `a value of ${sizeMiB} MiB, ${where}`
  if (freemem() < sizeMiB * copies * 1024 * 1024) return notRun.push(`${what} (too little memory)`)
  inDirectory((path) => {
    const { status, output } = run([], 'value.mjs', [where, path, sizeMiB])
    check(`${what} is stored and read, one beyond the limit is refused ${output}`, status === 0)
  })
}

function giveBack(sizeMiB) {
  inDirectory((path) => {
    const { status, output } = run(['--expose-gc'], 'rest.mjs', [path, sizeMiB])
    if (status !== 0) return check(`memory after a value of ${sizeMiB} MiB: ${output}`, false)
    const keptMiB = Math.ceil(JSON.parse(output).bytesKept / 1024 / 1024)
    check(`a value of ${sizeMiB} MiB leaves ${keptMiB} MiB of memory`, keptMiB < restMiB)
  })
}

function walkThrough() {
  inDirectory((path) => {
    for (const task of ['fill', 'walk']) {
      const { status, output } = run(['--max-old-space-size=32'], 'walk.mjs', [
        task,
        path,
        storeMiB,
      ])
      if (status !== 0) return check(`${task} a store of ${storeMiB} MiB: ${output}`, false)
      const { records, bytes, peakBytes } = JSON.parse(output)
      const peakMiB = Math.ceil(peakBytes / 1024 / 1024)
      const expectedBytes = storeMiB * 1024 * 1024 * (task === 'fill' ? 1 : 2)
      check(`${task}: ${records} records, ${bytes} bytes`, bytes === expectedBytes)
      check(`${task}: ${storeMiB} MiB took ${peakMiB} MiB of memory`, peakMiB < walkMiB)
    }
  })
}

function inDirectory(use) {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-limits-'))
  try {
    use(path)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

function run(flags, script, parameters) {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, file, ...parameters.map(String)],
    { encoding: 'utf8' },
  )
  return { status, output: `${stdout}${stderr}`.trim() }
}

function check(claim, holds) {
  console.log(`${holds ? '✓' : '✗'} ${claim}`)
  if (holds) passed++
  else failed++
}
