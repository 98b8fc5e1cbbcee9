/** An export that comes through a pipe, of which only the beginning arrives. */
import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'

/** Makes the pipe at that path, with `sent` records of `count` in it; `end` closes it. */
export function beginExport(pipe, { name = 'orders', count = 20_000, sent = 10_000 } = {}) {
  execFileSync('mkfifo', [pipe])
  const stores = [{ name: 'lines', keyPath: null, autoIncrement: false, indexes: [], count }]
  const database = { name, version: 1 }
  const header = { format: 'idb-everywhere', version: 1, exported: '', database, stores }
  const records = Array.from({ length: sent }, (_, i) => ({ s: 0, k: i, v: 'text' }))
  const stream = createWriteStream(pipe)
  stream.on('error', () => {}) // Its reader goes.
  stream.write([header, ...records].map((it) => `${JSON.stringify(it)}\n`).join(''))
  return { end: () => stream.destroy() }
}
