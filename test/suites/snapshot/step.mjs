/** One step of the suite, in a process of its own: says what it has done as JSON, a line each. */
import fs from 'node:fs'
import process from 'node:process'
import { close, createIndexedDB } from 'idb-everywhere'
import { backupToFile, diff, exportDatabase, importDatabase } from 'idb-everywhere/snapshot'
import { fill } from './records.mjs'

const began = performance.now()
const [task, path, ...options] = process.argv.slice(2)
const indexedDB = createIndexedDB({ path })
const name = 'large'

const steps = {
  fill: async ([count]) => ({ records: await fill(indexedDB, name, Number(count)) }),
  async export([file]) {
    let records = 0
    const onProgress = (it) => (records = it.records)
    await fs.promises.writeFile(file, exportDatabase(indexedDB, name, { onProgress }))
    return { records }
  },
  import: async ([file]) => importDatabase((await fs.openAsBlob(file)).stream(), { indexedDB }),
  /** Says `stop` once that many records are put by. */
  async resume([file, stopAt]) {
    let first = null
    const onProgress = ({ phase, records }) => {
      if (phase !== 'staged') return
      if (first === null) say({ first: (first = records) })
      if (records < Number(stopAt)) return
      say({ staged: records, stop: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }
    const stream = (await fs.openAsBlob(file)).stream()
    return importDatabase(stream, { indexedDB, resume: true, onProgress })
  },
  async diff([other]) {
    const others = createIndexedDB({ path: other })
    let differences = 0
    for await (const it of diff({ indexedDB, name }, { indexedDB: others, name })) {
      if (differences++ < 3) console.error(it)
    }
    await close(others)
    return { differences }
  },
  async backup([file]) {
    await backupToFile(indexedDB, name, file)
    return {}
  },
}

const say = (what) => fs.writeSync(1, `${JSON.stringify(what)}\n`)

const done = await steps[task](options)
await close(indexedDB)
const seconds = Math.round((performance.now() - began) / 100) / 10
say({ ...done, seconds, memoryMiB: Math.ceil(process.resourceUsage().maxRSS / 1024) })
