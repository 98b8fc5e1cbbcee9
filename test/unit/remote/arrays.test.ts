/** Arrays as they are sent to a server. */
import { expect, test } from 'vitest'
import { byteaArray, intArray } from '../../../src/remote/wire/arrays.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'

onServer('an array that is sent as bytes', ({ connectionString }) => {
  const sent = (type: string, array: Uint8Array) =>
    askServer(
      connectionString(),
      `SELECT i, x FROM unnest($1::${type}[]) WITH ORDINALITY u (x, i)`,
      [array],
    )

  test('has the items that it was made of, empty ones and all bytes included', async () => {
    const every = Uint8Array.from({ length: 256 }, (_, i) => i)
    const items = [every, new Uint8Array(0), Uint8Array.of(0)]
    expect(await sent('bytea', byteaArray(items))).toEqual(
      items.map((item, i) => [`${i + 1}`, `\\x${Buffer.from(item).toString('hex')}`]),
    )
    expect(await sent('int4', intArray([1, 0, 2 ** 31 - 1]))).toEqual([
      ['1', '1'],
      ['2', '0'],
      ['3', '2147483647'],
    ])
  })

  test('may have none', async () => {
    expect(await sent('bytea', byteaArray([]))).toEqual([])
    expect(await sent('int4', intArray([]))).toEqual([])
  })
})
