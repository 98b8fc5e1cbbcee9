/**
 * Runs the bundled program in workerd, by miniflare, which needs a newer Node than the oldest that is supported: a process of its
 * own. Arguments: the folder of miniflare's package, the program, the engine, then the paths to ask for. Prints a line of JSON
 * for each set of flags: what each path has answered.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [directory, program, engine, ...paths] = process.argv.slice(2)
const { Miniflare } = createRequire(join(directory, 'x.js'))('miniflare')

for (const compatibilityFlags of [[], ['nodejs_compat']]) {
  const miniflare = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'program.mjs', contents: readFileSync(program, 'utf8') },
      { type: 'CompiledWasm', path: 'wa-sqlite.wasm', contents: readFileSync(engine) },
    ],
    compatibilityDate: '2026-07-01',
    compatibilityFlags,
  })
  const answers = {}
  for (const path of paths) {
    const response = await miniflare.dispatchFetch(`http://localhost/${path}`)
    const text = await response.text()
    answers[path] = response.ok ? JSON.parse(text) : text
  }
  console.log(JSON.stringify({ flags: compatibilityFlags, answers }))
  await miniflare.dispose()
}
