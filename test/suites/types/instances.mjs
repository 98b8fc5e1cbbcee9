/** An instance, at least, of every type that script can have here: the language's, the platform's, and what hides among them. */
import { languageRecipes, platformRecipes } from './recipes.mjs'

/** Constructors that are not called without being asked: they start something, or wait for a person. */
const notCalled = new Set([
  'Function',
  'Notification',
  'PaymentRequest',
  'Proxy',
  'SharedWorker',
  'Worker',
])

/** Globals that are not looked through: the global object again, and what is no part of the platform. */
const notWalked = new Set([
  'process',
  'Bun',
  'Deno',
  'Buffer',
  'global',
  'module',
  'require',
  'localStorage',
  'sessionStorage',
])

/**
 * All instances: `{ title, type, value }`, and the names of the global constructors there is none of. Only one of each
 * class is taken of those that no recipe makes.
 */
export async function allInstances(window = globalThis) {
  const instances = []
  const classes = new Set()
  const add = (title, value) => {
    instances.push({ title, value })
    const prototype = prototypeOf(value)
    if (prototype) classes.add(prototype)
  }
  for (const [title, make] of Object.entries({ ...languageRecipes, ...platformRecipes(window) })) {
    const value = await attempt(make)
    if (value !== undefined) add(title, value)
  }
  const addNew = (title, value) => {
    const prototype = prototypeOf(value)
    if (prototype && prototype !== Object.prototype && !classes.has(prototype)) add(title, value)
  }
  for (const [name, constructor] of constructorsOf(window)) {
    if (classes.has(constructor.prototype) || notCalled.has(name)) continue
    addNew(`new ${name}()`, await attempt(() => new constructor()))
  }
  for (const [title, element] of elementsOf(window)) addNew(title, element)
  for (const [title, value] of walk(window)) addNew(title, value)
  const missing = [...constructorsOf(window)].filter(([, it]) => !classes.has(it.prototype))
  return { instances, missing: missing.map(([name]) => name) }
}

/** Name and constructor of every class among the properties of a global object. */
export function* constructorsOf(window) {
  const names = new Set()
  for (let it = window; it && it !== Object.prototype; it = Object.getPrototypeOf(it)) {
    for (const name of Object.getOwnPropertyNames(it)) names.add(name)
  }
  for (const name of [...names].filter((it) => /^[A-Z]/.test(it)).sort()) {
    const value = valueOf(window, name)
    if (typeof value === 'function' && typeof value.prototype === 'object') yield [name, value]
  }
}

const tags =
  'a abbr area article audio b base blockquote body br button canvas caption col data datalist del details dialog div dl embed fieldset figure font form frame frameset h1 head header hr html i iframe img input ins label legend li link main map marquee menu meta meter noscript object ol optgroup option output p param picture pre progress q script section select slot source span style summary table tbody td template textarea time title tr track ul unknown video'.split(
    ' ',
  )

function* elementsOf({ document }) {
  if (typeof document?.createElement !== 'function') return
  for (const tag of tags) yield [`<${tag}>`, document.createElement(tag)]
  yield ['text', document.createTextNode('text')]
  yield ['comment', document.createComment('comment')]
  yield ['attribute', document.createAttribute('a')]
  yield ['fragment', document.createDocumentFragment()]
  yield ['SVG element', document.createElementNS('http://www.w3.org/2000/svg', 'svg')]
  yield ['list of nodes', document.querySelectorAll('*')]
}

/** What the attributes of global objects, and theirs, lead to. */
function* walk(window) {
  const seen = new Set([window])
  let level = Object.getOwnPropertyNames(window)
    .filter((name) => !notWalked.has(name))
    .map((name) => [name, valueOf(window, name)])
  for (let depth = 0; depth < 3; depth++) {
    const next = []
    for (const [title, value] of level) {
      if (typeof value !== 'object' || value === null || seen.has(value)) continue
      seen.add(value)
      if (isWindow(value)) continue
      yield [title, value]
      for (const name of attributesOf(value)) next.push([`${title}.${name}`, valueOf(value, name)])
    }
    level = next
  }
}

/** Frames' windows are globals of their own. */
function isWindow(value) {
  return valueOf(value, 'window') === value
}

/** The names of the accessors on an object's prototypes. */
export function attributesOf(value) {
  const names = new Set()
  for (let it = prototypeOf(value); it && it !== Object.prototype; it = prototypeOf(it)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(it)))
      if (get) names.add(name)
  }
  return [...names].sort()
}

function prototypeOf(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Object.getPrototypeOf(value)
    : null
}

function valueOf(object, name) {
  try {
    return object[name]
  } catch {
    // What throws has no value to look at.
    return undefined
  }
}

async function attempt(make) {
  try {
    const value = make()
    return isPromise(value) ? await value : value
  } catch {
    // Most constructors cannot be called by script, or need arguments: those without a recipe are counted.
    return undefined
  }
}

/** By its class: to look for `then` would run the getters of what is made. Promises to be stored lie in a list. */
const isPromise = (value) => value instanceof Promise
