/**
 * The table of a page that a library simulates: `simulated.mjs ENTRY MEMORY DIRECTORY jsdom|happy-dom`. There is no native
 * clone to compare with: an object of one of the page's classes is either refused or comes back as one of its kind.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { classOf } from './describe.mjs'
import { allInstances } from './instances.mjs'
import { storing } from './table.mjs'

process.on('unhandledRejection', () => {})

/** The most derived first: the platform's, then the language's. */
const storable =
  'File Blob DOMException Date Map Set Error RegExp ArrayBuffer TypedArray DataView Boolean Number String BigInt'.split(
    ' ',
  )

const [entry, memoryEntry, directory, library] = process.argv.slice(2)
const { install } = await import(entry)
const { memory } = await import(memoryEntry)
const window = openWindow(createRequire(join(directory, 'simulated.cjs')))
const store = await storing(install({ target: window, vfs: memory(), force: true }))
const { instances, missing } = await allInstances(window)
const rows = []
for (const { title, value } of instances.filter(isOfWindow)) rows.push(await rowOf(title, value))
console.log(`RESULT ${JSON.stringify({ rows, missing })}`)
process.exit(0)

function openWindow(require) {
  const url = 'http://localhost/'
  if (library === 'jsdom')
    return new (require('jsdom').JSDOM)('', { url, runScripts: 'outside-only' }).window
  return new (require('happy-dom').Window)({ url })
}

/** The language's recipes make objects of this realm, which the tables of runtimes have. */
function isOfWindow({ value }) {
  return !String(classOf(value)).startsWith('[object Array]') && isWindowClass(value)
}

function isWindowClass(value) {
  for (let it = Object.getPrototypeOf(value); it; it = Object.getPrototypeOf(it)) {
    const { name } = it.constructor ?? {}
    if (
      name &&
      name !== 'Object' &&
      window[name] === it.constructor &&
      globalThis[name] !== it.constructor
    )
      return true
  }
  return false
}

async function rowOf(title, value) {
  const original = classOf(value)
  const kind = kindOf(value)
  const row = {
    title,
    original,
    native: kind === null ? 'DataCloneError' : 'cloned',
    cloneClass: kind,
    message: null,
    differences: [],
  }
  try {
    const clone = await store(value)
    const [is, was] = [await contentOf(clone), await contentOf(value)]
    return { ...row, ours: 'cloned', differences: is.filter((line, i) => line !== was[i]) }
  } catch (error) {
    const hasName = /^A .* object|Proxy/.test(error.message)
    return {
      ...row,
      ours: hasName ? error.name : `${error.name} without a name`,
      message: error.message,
    }
  }
}

/** The kind of what may be stored; null for all others. */
function kindOf(value) {
  const names = classOf(value).split(' ')
  return storable.find((it) => names.includes(it)) ?? null
}

/** What is the same in the window's object and in the clone; the tables of runtimes look into the language's. */
async function contentOf(value) {
  const kind = kindOf(value)
  if (!['File', 'Blob', 'DOMException'].includes(kind)) return [String(kind)]
  const members = ['size', 'type', 'name', 'lastModified', 'message'].map(
    (name) => `${name}: ${String(value[name])}`,
  )
  return [kind, ...members, kind === 'DOMException' ? '' : await textOf(value)]
}

function textOf(blob) {
  if (typeof blob.text === 'function') return blob.text()
  return new Promise((resolve) => {
    const reader = new window.FileReader()
    reader.onload = () => resolve(reader.result)
    reader.readAsText(blob)
  })
}
