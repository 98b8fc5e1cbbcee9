import { completionOf, resultOf } from '../requests.ts'
import type { Workload } from './workload.ts'

/** Stores one of everything that can be cloned, under keys of every kind. */
export const values: Workload = {
  id: 'values',
  title: 'A cabinet of curiosities',
  lesson:
    'Maps, sets, cycles, holes, negative zero, files, errors with causes, under numbers, dates, strings, bytes and arrays as keys. JSON would lose most of it.',
  scales: false,
  async run({ connect, phase, observe }) {
    const connection = await phase('Open and upgrade', () =>
      connect(1, (database) => {
        database.createObjectStore('curiosities')
        database.createObjectStore('keys')
        database.createObjectStore('generated', { autoIncrement: true, keyPath: 'meta.number' })
      }),
    )
    await phase('Put one of each', () => {
      const transaction = connection.transaction(['curiosities', 'keys', 'generated'], 'readwrite')
      const curiosities = transaction.objectStore('curiosities')
      for (const [name, value] of makeCuriosities()) curiosities.put(value, name)
      for (const key of makeKeys()) transaction.objectStore('keys').put('here', key)
      for (const bird of ['tern', 'owl', 'swift']) {
        transaction.objectStore('generated').put({ bird, meta: {} })
      }
      return completionOf(transaction)
    })
    const transaction = connection.transaction(['curiosities', 'keys', 'generated'])
    await phase('Get them back', async () => {
      observe('curiosities', await resultOf(transaction.objectStore('curiosities').getAll()))
      observe('keys in their order', await resultOf(transaction.objectStore('keys').getAllKeys()))
      observe('generated keys', await resultOf(transaction.objectStore('generated').getAll()))
    })
  },
}

function makeCuriosities(): [string, unknown][] {
  const ring: { name: string; self?: unknown } = { name: 'a ring' }
  ring.self = ring
  const shared = { name: 'shared' }
  return [
    ['cycle', ring],
    ['one object twice', [shared, shared]],
    [
      'map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ key: 'an object' }, new Set([1, 'two'])],
      ]),
    ],
    ['holes', [1, , 3]], // oxlint-disable-line no-sparse-arrays -- a hole is the point
    ['negative zero', -0],
    ['not a number', Number.NaN],
    ['big', 2n ** 100n],
    ['nothing', [undefined, null]],
    ['boxed', [Object(1), Object('text'), Object(true), Object(1n)]],
    ['date', [new Date(0), new Date(Number.NaN)]],
    ['regular expression', /tern|owl/giu],
    ['half a surrogate pair', '\ud83e'],
    ['bytes', new Uint8Array([0, 127, 255])],
    ['floats', new Float64Array([Math.PI, -0, Infinity])],
    ['view', new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
    ['error', new RangeError('too far', { cause: new Error('no map') })],
    ['blob', new Blob(['<svg/>'], { type: 'image/svg+xml' })],
    ['file', new File(['tern\n'], 'list.txt', { type: 'text/plain', lastModified: 0 })],
  ]
}

/** In no order: sorting them is the engine's part. */
function makeKeys(): IDBValidKey[] {
  return [
    ['a', ['b', 1]],
    new Uint8Array([1, 2]),
    'b',
    'a',
    '',
    'ä',
    '\ud83e\udd89',
    '\uffff',
    new Date(1),
    new Date(-1),
    Infinity,
    -Infinity,
    0,
    1.5,
    -3,
    [],
    [[]],
    ['a'],
    new Uint8Array([]),
  ]
}
