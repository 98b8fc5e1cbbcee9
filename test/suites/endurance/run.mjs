/**
 * Endurance: many databases and many transactions in one process leave no file, no descriptor and no memory behind, and
 * the log of constant writing stays short.
 *
 * `node test/suites/endurance/run.mjs` runs a short form, `--long` 10,000 databases and 1,000,000 transactions. Memory is measured after a
 * garbage collection, halfway and at the end: what the first half needed, the second must not need again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({ options: { long: { type: 'boolean', default: false } } })

// Measuring memory needs a garbage collection on demand.
if (!globalThis.gc) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', ...process.argv.slice(1)], {
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}

const { close, createIndexedDB } = await import('idb-everywhere')
const databaseCount = options.long ? 10_000 : 600
const transactionCount = options.long ? 1_000_000 : 40_000
/** How much the second half may leave behind: the noise of a garbage-collected heap, not a leak. */
const toleranceBytes = 4 * 1024 * 1024
/** Constant writing leaves no idle moment in which the log is copied: between transactions it must not grow longer. */
const longestLogMiB = 33

const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-endurance-'))
let passed = 0
let failed = 0
let longestLogBytes = 0
try {
  const descriptors = openDescriptors()
  await checkFlat(`${databaseCount} databases created, listed and deleted`, createAndDelete)
  check('no database file is left', databaseFiles().length === 0)
  await checkFlat(`${transactionCount} transactions`, runTransactions)
  const logMiB = longestLogBytes / 1024 / 1024
  check(`their log was ${logMiB.toFixed(1)} MiB at most`, logMiB <= longestLogMiB)
  check('no descriptor is left open', openDescriptors() === descriptors)
} finally {
  rmSync(path, { recursive: true, force: true })
}
console.log(`endurance: ${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** Half of the databases each time it is called. */
async function createAndDelete() {
  const indexedDB = createIndexedDB({ path })
  for (let i = 0; i < databaseCount / 2; i++) {
    const request = indexedDB.open(`database ${i}`)
    request.onupgradeneeded = () => request.result.createObjectStore('s').put(i, i)
    const database = await resultOf(request)
    if (i % 100 === 0) await expectListed(indexedDB, `database ${i}`)
    database.close()
    await resultOf(indexedDB.deleteDatabase(`database ${i}`))
  }
  await close(indexedDB)
}

async function expectListed(indexedDB, name) {
  const names = (await indexedDB.databases()).map((it) => it.name)
  if (names.length !== 1 || names[0] !== name) throw new Error(`listed: ${names.join()}`)
}

/** Half of the transactions each time it is called. */
async function runTransactions() {
  const indexedDB = createIndexedDB({ path })
  const request = indexedDB.open('transactions')
  request.onupgradeneeded = () => request.result.createObjectStore('s')
  const database = await resultOf(request)
  for (let i = 0; i < transactionCount / 2; i++) {
    const transaction = database.transaction('s', i % 2 ? 'readonly' : 'readwrite')
    const store = transaction.objectStore('s')
    const last = i % 2 ? store.get(i % 1000) : store.put({ i, text: 'some text' }, i % 1000)
    await resultOf(last)
    if (i % 500 === 0) longestLogBytes = Math.max(longestLogBytes, logBytes())
  }
  database.close()
  await resultOf(indexedDB.deleteDatabase('transactions'))
  await close(indexedDB)
}

async function checkFlat(what, runHalf) {
  await runHalf()
  const half = await memoryBytes()
  await runHalf()
  const growth = (await memoryBytes()) - half
  const mebibytes = (growth / 1024 / 1024).toFixed(1)
  check(`${what}: memory grows by ${mebibytes} MiB in the second half`, growth < toleranceBytes)
}

/** Live memory in bytes: JavaScript's heap and what lies outside of it. */
async function memoryBytes() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    globalThis.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Files of databases and of their logs; the directory's own lock stays. */
function databaseFiles() {
  return readdirSync(path).filter((name) => name.includes('.sqlite') && !name.startsWith('.lock'))
}

/** How long the files of write-ahead logs are. */
function logBytes() {
  const logs = readdirSync(path).filter((name) => name.endsWith('-wal'))
  return logs.reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}

/** How many descriptors this process has open; where the system does not say, always 0. */
function openDescriptors() {
  const folder = '/proc/self/fd'
  return existsSync(folder) ? readdirSync(folder).length : 0
}

function check(claim, holds) {
  console.log(`${holds ? '✓' : '✗'} ${claim}`)
  if (holds) passed++
  else failed++
}

function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
