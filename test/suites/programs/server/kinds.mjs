/** The ES module, CommonJS and a context of `node:vm`, in one thread: each raises the counter as often as `RAISES` says. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import vm from 'node:vm'
import * as module from 'idb-everywhere'
import { counterOf } from './counter-of.mjs'

const require = createRequire(import.meta.url)
const kinds = [module, require('idb-everywhere'), loadIn(newContext())]
const classes = new Set(kinds.map(({ IDBDatabase }) => IDBDatabase))
const options = { path: process.env.COUNTER_PATH }
const counters = kinds.map(({ createIndexedDB }) => counterOf(createIndexedDB(options)))
await Promise.all(counters.map(raiseSome))
const sums = await Promise.all(counters.map(({ read }) => read()))
console.log(JSON.stringify({ sums, copies: classes.size }))

async function raiseSome({ raise }) {
  for (let i = 0; i < Number(process.env.RAISES); i++) await raise()
}

/** With the globals of the platform, as Jest and others make them. */
function newContext() {
  const context = vm.createContext({})
  const own = new Set(vm.runInContext('Object.getOwnPropertyNames(globalThis)', context))
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!own.has(name)) context[name] = globalThis[name]
  }
  return context
}

/** The package's CommonJS, evaluated there. */
function loadIn(parsingContext, file = require.resolve('idb-everywhere'), loaded = new Map()) {
  if (loaded.has(file)) return loaded.get(file).exports
  const module = { exports: {} }
  loaded.set(file, module)
  const requireThere = (id) =>
    id.startsWith('.') ? loadIn(parsingContext, join(dirname(file), id), loaded) : require(id)
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname']
  const text = readFileSync(file, 'utf8')
  vm.compileFunction(text, parameters, { filename: file, parsingContext })(
    module.exports,
    requireThere,
    module,
    file,
    dirname(file),
  )
  return module.exports
}
