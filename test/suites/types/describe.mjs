/** Everything script can tell about a value, as lines `path: what`, so that two values can be compared. */
import { attributesOf } from './instances.mjs'

const maximalDepth = 8

export async function describe(value) {
  const lines = []
  const seen = new Map()
  await visit('it', value, 0)
  return lines

  async function visit(path, part, depth) {
    if ((typeof part !== 'object' || part === null) && typeof part !== 'function')
      return lines.push(`${path}: ${primitive(part)}`)
    if (seen.has(part)) return lines.push(`${path}: the same as ${seen.get(part)}`)
    seen.set(part, path)
    lines.push(`${path}: ${classOf(part)}`)
    if (depth === maximalDepth) return
    for (const [name, child] of await slotsOf(part))
      await visit(`${path}<${name}>`, child, depth + 1)
    for (const key of keysOf(part)) {
      const it = Object.getOwnPropertyDescriptor(part, key)
      const flags = ['writable', 'enumerable', 'configurable'].filter((flag) => it[flag]).join(' ')
      // Where an engine keeps the stack is its own affair.
      if (key !== 'stack') lines.push(`${path}.${String(key)} is ${flags}`)
      if (key !== 'stack' || part instanceof Error)
        await visit(`${path}.${String(key)}`, read(part, key), depth + 1)
    }
    for (const name of attributesOf(part)) {
      if (!Object.hasOwn(part, name) && name !== '__proto__')
        await visit(`${path}.${name}`, read(part, name), depth + 1)
    }
  }
}

/** Runtimes whose classes are written in JavaScript keep what an object is made of under symbols. */
function keysOf(value) {
  const isOrdinary = /^\[object (Object|Array)\]/.test(Object.prototype.toString.call(value))
  return Reflect.ownKeys(value).filter((key) => isOrdinary || typeof key === 'string')
}

function primitive(value) {
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`
}

/** The names of its classes, and the tag. */
export function classOf(value) {
  const names = []
  for (let it = Object.getPrototypeOf(value); it; it = Object.getPrototypeOf(it)) {
    names.push(Object.getOwnPropertyDescriptor(it, 'constructor')?.value?.name ?? '?')
  }
  return `${Object.prototype.toString.call(value)} ${names.join(' ')}`
}

function read(value, name) {
  try {
    return value[name]
  } catch (error) {
    return `throws ${error?.name}`
  }
}

/** What no property shows. */
async function slotsOf(value) {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (ArrayBuffer.isView(value)) return []
  switch (tag) {
    case 'Date':
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
      return tryTo(() => [['value', value.valueOf()]])
    case 'Map':
      return tryTo(() =>
        [...Map.prototype.entries.call(value)].flatMap(([key, it], i) => [
          [`key ${i}`, key],
          [`value ${i}`, it],
        ]),
      )
    case 'Set':
      return tryTo(() => [...Set.prototype.values.call(value)].map((it, i) => [i, it]))
    case 'ArrayBuffer':
      return tryTo(() => [['bytes', String(new Uint8Array(value))]])
    case 'Blob':
    case 'File':
      return tryTo(async () => [['bytes', String(new Uint8Array(await value.arrayBuffer()))]])
    case 'CryptoKey':
      return tryTo(async () => [
        ['exported', JSON.stringify(await crypto.subtle.exportKey('jwk', value))],
      ])
    default:
      return []
  }
}

async function tryTo(read) {
  try {
    return await read()
  } catch (error) {
    // Only the name of a class: it has no slot.
    return [['slot', `throws ${error?.name}`]]
  }
}
