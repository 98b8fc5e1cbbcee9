/** The values of programs as JavaScript. */
import type { Encoded } from './program.ts'

/** A value as an expression. */
export function valueCode(encoded: Encoded): string {
  if (!isList(encoded)) return typeof encoded === 'string' ? text(encoded) : String(encoded)
  const [tag, ...rest] = encoded
  const code = values[String(tag)]
  if (!code) throw new Error(`A program has no value "${String(tag)}"`)
  return code(rest)
}

const values: Readonly<Record<string, (args: readonly Encoded[]) => string>> = {
  undefined: () => 'undefined',
  number: ([name]) => String(name),
  bigint: ([digits]) => `${String(digits)}n`,
  date: ([time]) => `new Date(${time === null ? 'NaN' : String(time)})`,
  array: (items) => `[${items.map(valueCode).join(', ')}]`,
  object: (entries) => `{ ${entries.map(memberCode).join(', ')} }`,
  bytes: ([type, ...bytes]) => bytesCode(String(type), bytes.join(', ')),
  detached: () => '((it) => (structuredClone(it, { transfer: [it] }), it))(new ArrayBuffer(2))',
  range: ([name, ...args]) => `IDBKeyRange.${String(name)}(${args.map(valueCode).join(', ')})`,
  holes: () => '[1, , 3]',
  cyclicArray: () => '((it) => (it.push(it), it))([1])',
  cyclicObject: () => '((it) => (it.self = it))({ id: 1 })',
  map: (items) => `new Map([${items.map((it, at) => `[${at}, ${valueCode(it)}]`).join(', ')}])`,
  set: (items) => `new Set([${items.map(valueCode).join(', ')}])`,
  regexp: ([source, flags]) => `new RegExp(${text(String(source))}, ${text(String(flags))})`,
  boxed: ([value]) => `Object(${valueCode(value ?? null)})`,
  cause: ([cause]) => `new Error('why', { cause: ${valueCode(cause ?? null)} })`,
  instance: ([value]) =>
    `new (class { own; #hidden = 1; constructor(own) { this.own = own } get inherited() { return this.#hidden } })(${valueCode(value ?? null)})`,
  extra: ([value]) => `Object.assign([1], { extra: ${valueCode(value ?? null)} })`,
  file: ([content]) =>
    `new File([${text(String(content))}], 'a.txt', { type: 'a/b', lastModified: 5 })`,
  arguments: (items) => `(function () { return arguments })(${items.map(valueCode).join(', ')})`,
  segments: () => `new Intl.Segmenter().segment('text')`,
  error: ([message]) => `new RangeError(${text(String(message))})`,
  blob: ([content]) => `new Blob([${text(String(content))}], { type: 'text/plain' })`,
  function: () => '() => 0',
  symbol: () => `Symbol('a')`,
  throwing: () => `{ get id() { throw new RangeError('A getter throws') } }`,
  lone: ([code]) => `String.fromCharCode(${String(code)})`,
}

function memberCode(entry: Encoded): string {
  if (!isList(entry)) throw new Error('An object of a program is a list of pairs')
  return `${text(String(entry[0]))}: ${valueCode(entry[1] ?? null)}`
}

function bytesCode(type: string, bytes: string): string {
  const array = `new Uint8Array([${bytes}])`
  if (type === 'Uint8Array') return array
  if (type === 'Part') return `${array}.subarray(1)`
  return type === 'ArrayBuffer' ? `${array}.buffer` : `new ${type}(${array}.buffer)`
}

/** A string literal in which every character can be seen. */
export function text(string: string): string {
  return JSON.stringify(string).replace(
    /[^ -~]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isList(encoded: Encoded | undefined): encoded is readonly Encoded[] {
  return Array.isArray(encoded)
}
