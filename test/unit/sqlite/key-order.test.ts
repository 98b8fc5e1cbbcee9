import { expect, test } from 'vitest'
import { KeyOrder } from '../../../src/sqlite/salvage/key-order.ts'

/** One byte stands for a key. */
const rowOf = (key: number): { key: Uint8Array } => ({ key: Uint8Array.of(key) })

/** What is kept and dropped of rows, and which is left; `isOver`: the rows no longer belonged there. */
function sort(keys: readonly number[], sign: 1 | -1 = 1) {
  const [kept, dropped]: [number[], number[]] = [[], []]
  const order = new KeyOrder(
    {
      keep: ({ key }) => void kept.push(Number(key[0])),
      drop: ({ key }) => void dropped.push(Number(key[0])),
    },
    sign,
  )
  const isOver = !keys.every((key) => order.take(rowOf(key)))
  return { kept, dropped, left: order.end()?.key[0] ?? null, isOver }
}

test.each([
  ['in order', [1, 2, 3], { kept: [1, 2], dropped: [], left: 3 }],
  ['one too great', [1, 2, 99, 4, 5], { kept: [1, 2, 4], dropped: [99], left: 5 }],
  ['the first too great', [99, 2, 3], { kept: [2], dropped: [99], left: 3 }],
  ['one too small', [3, 4, 1, 6, 7], { kept: [3, 4, 6], dropped: [1], left: 7 }],
  ['the last too small', [3, 4, 1], { kept: [3], dropped: [1], left: 4 }],
  ['two of which either may be wrong', [3, 5, 4, 6], { kept: [3, 5], dropped: [4], left: 6 }],
  ['the last too great', [1, 2, 99], { kept: [1, 2], dropped: [], left: 99 }],
  ['none', [], { kept: [], dropped: [], left: null }],
])('of rows %s those that belong there are kept', (_, keys, expected) => {
  expect(sort(keys)).toEqual({ ...expected, isOver: false })
})

test('three rows in a row that come before what was read are not of this place', () => {
  expect(sort([7, 8, 9, 1, 2, 3, 10])).toMatchObject({ kept: [7, 8], isOver: true })
})

test('downwards it is the same the other way round', () => {
  expect(sort([9, 8, 1, 6, 5], -1)).toEqual({
    kept: [9, 8, 6],
    dropped: [1],
    left: 5,
    isOver: false,
  })
})
