/**
 * How many descriptors a runtime leaves open of threads that are terminated, without this package: those of a file a thread has
 * open, and those of its event loop while it waits in its module. On Linux.
 *
 * bun test/suites/ends/left-open.mjs
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

const threadCount = 10
const directory = mkdtempSync(join(tmpdir(), 'left-open-'))

const start = `
  import { openSync } from 'node:fs'
  import { parentPort } from 'node:worker_threads'
`
const threads = {
  'with a file open': `
    const descriptor = openSync(${JSON.stringify(join(directory, 'file'))}, 'w')
    setInterval(() => descriptor, 1000)
    parentPort.postMessage('ready')`,
  'waiting in their modules': `
    parentPort.postMessage('ready')
    for (;;) await new Promise((resolve) => setImmediate(resolve))`,
}

for (const [what, code] of Object.entries(threads)) {
  const script = join(directory, `${what}.mjs`)
  writeFileSync(script, start + code)
  // What a runtime opens once for all threads is open after the first ones.
  for (let i = 0; i < 3; i++) await startAndEnd(script)
  const before = openCount()
  for (let i = 0; i < threadCount; i++) await startAndEnd(script)
  console.log(`${threadCount} threads terminated ${what}: ${openCount() - before} descriptors more`)
}
rmSync(directory, { recursive: true })
process.exit()

async function startAndEnd(script) {
  const thread = new Worker(script)
  await new Promise((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
  await thread.terminate()
}

function openCount() {
  return readdirSync('/proc/self/fd').length
}
