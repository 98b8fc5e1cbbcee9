/**
 * An owner, or one who would like to be, that does what it is told in lines on its standard input and answers each with one:
 *
 * - `own`: `owner 17` with its pid, or `refused` and why. What it stored last must be there then.
 * - `put`: stores something durably; `stored`, or, once the connection has had its `close` event, `failed` and why.
 * - `touch cpSync`: does to the directory what a program might; `touched`, and what came of it.
 * - `lock`: whether the kernel's lock is `free` or `taken`; `none` where the runtime has none.
 * - `close`: `closed`, or why not.
 * - `descriptors`: how many the process has open.
 * - `spare 2`: takes all descriptors there are but two; `spare all` gives them back.
 *
 * With `thread` as its second argument it owns from a thread of its own, and touches from the main one.
 */
import fs from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { close, createIndexedDB } from '../../../src/index.ts'
import { openKernelLock } from '../../../vfs/node/kernel-lock.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'
import { touch } from './touches.ts'

const [path = '', where] = isMainThread ? process.argv.slice(2) : (workerData as string[])
let database: IDBDatabase | null = null
let closed: Promise<unknown> | null = null
let stored = 0
const reasons: string[] = []

const indexedDB = createIndexedDB({
  path,
  ifLocked: 'throw',
  onWarning: ({ message }) => reasons.push(message),
})

async function own(): Promise<string> {
  try {
    const opened = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    closed = new Promise((resolve) => opened.addEventListener('close', resolve))
    database = opened
    const found = await resultOf(database.transaction('s').objectStore('s').get(process.pid))
    if ((found ?? 0) < stored) return `lost what was stored: ${found} of ${stored}`
    return `owner ${process.pid}`
  } catch (error) {
    return `refused ${(error as Error).message}`
  }
}

async function put(): Promise<string> {
  try {
    if (!database) throw new Error('nothing is open')
    const transaction = database.transaction('s', 'readwrite', { durability: 'strict' })
    transaction.objectStore('s').put(stored + 1, process.pid)
    await completion(transaction)
    return `stored ${++stored}`
  } catch (error) {
    await closed
    return `failed ${(error as Error).name}: ${[...reasons, (error as Error).message].join('; ')}`
  }
}

async function lock(): Promise<string> {
  const taken = await openKernelLock(join(path, '.lock.sqlite'))
  if (taken === null || taken === 'taken') return taken ?? 'none'
  taken.release()
  return 'free'
}

async function closeAll(): Promise<string> {
  try {
    database?.close()
    await close(indexedDB)
    return 'closed'
  } catch (error) {
    return (error as Error).message
  }
}

// Engine: Deno takes descriptors when it first needs to know of signals, on a busy machine late, and dies where there are none.
process.on('SIGUSR2', () => {})

const taken: number[] = []

function spare(count: string): string {
  for (const descriptor of taken.splice(0)) fs.closeSync(descriptor)
  if (count === 'all') return 'given back'
  try {
    for (;;) taken.push(fs.openSync('/dev/null', 'r'))
  } catch {
    // Now there is none left.
  }
  for (const descriptor of taken.splice(0, Number(count))) fs.closeSync(descriptor)
  return `${taken.length} taken`
}

async function answer(line: string): Promise<string> {
  const [command, argument = ''] = line.split(' ')
  if (command === 'own') return own()
  if (command === 'put') return put()
  if (command === 'lock') return lock()
  if (command === 'close') return closeAll()
  if (command === 'spare') return spare(argument)
  if (command === 'touch') return `touched ${await touch(argument, path)}`
  return String(fs.readdirSync('/proc/self/fd').length)
}

// In one piece: the process may be killed at any moment.
const say = (line: string): void => void fs.writeSync(1, `${line.replaceAll('\n', ' ')}\n`)

function listen(toAnswer: (line: string) => Promise<string>): void {
  createInterface(process.stdin).on('line', (line) => void toAnswer(line).then(say))
  say('ready')
}

if (!isMainThread) {
  const owner = parentPort
  owner?.on('message', (line: string) => {
    void answer(line).then((answered) => owner.postMessage(answered))
  })
} else if (where === 'thread') {
  const thread = new Worker(new URL(import.meta.url), { workerData: [path] })
  const ask = (line: string): Promise<string> =>
    new Promise((resolve) => {
      thread.once('message', resolve)
      thread.postMessage(line)
    })
  listen((line) => (line.startsWith('touch') ? answer(line) : ask(line)))
} else {
  listen(answer)
}
