/**
 * A large database of mixed types is exported, imported, compared, backed up and restored, each in a process of its own that says how
 * much memory it took; and an import that is killed over and over goes on until it is done.
 *
 * node test/suites/snapshot/run.mjs [--long] [--records 50000]
 *
 * The long form has a million records. Needs a built `dist/`. Ends with a line of counts.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { long: { type: 'boolean', default: false }, records: { type: 'string' } },
})
const records = Number(values.records ?? (values.long ? 1_000_000 : 20_000))
/**
 * What each process may take. A million records took from 94 to 275 when this was written, most where two databases are open, or two engines;
 * whatever kept the records themselves would take several times that.
 */
const mostMiB = 320
/** How often an import is killed before it may end. */
const kills = values.long ? 5 : 3

const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-snapshots-'))
const at = (name) => join(folder, name)
let passed = 0
let failed = 0
try {
  await tryAll()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`snapshot: ${passed} passed, ${failed} failed, ${records.toLocaleString('en')} records`)
process.exitCode = failed === 0 ? 0 : 1

async function tryAll() {
  await step('fill', [at('a'), records])
  await step('export', [at('a'), at('a.jsonl')])
  console.log(`  the export has ${mebibytes(statSync(at('a.jsonl')).size)} MiB`)
  await step('import', [at('b'), at('a.jsonl')])
  await step('diff', [at('a'), at('b')])
  await killedImport()
  await step('diff', [at('a'), at('c')])
  await step('backup', [at('a'), at('a.sqlite')])
  console.log(`  the backup has ${mebibytes(statSync(at('a.sqlite')).size)} MiB`)
  await step('import', [at('d'), at('a.sqlite')])
  await step('diff', [at('a'), at('d')])
}

function mebibytes(bytes) {
  return Math.round(bytes / 1024 / 1024)
}

/** One step to its end, and what it took. */
async function step(task, options) {
  const { code, told } = await start(task, options).ended
  const { records: done, differences, seconds, memoryMiB } = told
  // What fills it is not what is tried here.
  const isSmall = task === 'fill' || memoryMiB < mostMiB
  const isRight = code === 0 && isSmall && (differences ?? 0) === 0
  check(
    `${task}: ${done ?? records} records in ${seconds} s, with ${memoryMiB} MiB of memory at most` +
      (differences === undefined ? '' : `, ${differences} differences`),
    isRight && (done ?? records) === records,
  )
}

/** Each is killed at another place, and the next goes on from there. */
async function killedImport() {
  const reached = []
  for (let kill = 1; kill <= kills; kill++) {
    const run = start('resume', [at('c'), at('a.jsonl'), (records * kill) / (kills + 1)])
    const { signal, told } = await run.ended
    reached.push(told.staged ?? 0)
    if (signal !== 'SIGKILL') return check(`an import that was to be killed has ended`, false)
  }
  const { code, told } = await start('resume', [at('c'), at('a.jsonl'), Infinity]).ended
  const { first, seconds, memoryMiB } = told
  check(
    `import, killed at ${reached.join(', ')} records: the next goes on, beginning at ${first}, ` +
      `and ends in ${seconds} s, with ${memoryMiB} MiB of memory at most`,
    code === 0 && told.records === records && memoryMiB < mostMiB && first >= reached.at(-1),
  )
}

/** A process; one that says `stop` is killed. */
function start(task, options) {
  const script = fileURLToPath(new URL('step.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, task, ...options.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    text += piece
    if (text.includes('"stop"')) child.kill('SIGKILL')
  })
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    told: Object.assign(
      {},
      ...text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((it) => JSON.parse(it)),
    ),
  }))
  return { ended }
}

function check(title, isRight) {
  if (isRight) passed++
  else failed++
  console.log(`${isRight ? 'ok  ' : 'FAIL'}  ${title}`)
}
