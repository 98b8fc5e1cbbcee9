/** Where the boxes of a schema's drawing stand. */
import type { IndexSchema, Schema, StoreSchema } from '../../source/source.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface StoreBox extends Box {
  readonly store: StoreSchema
  readonly indexes: readonly (Box & { readonly index: IndexSchema })[]
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly StoreBox[]
}

const storeBox = { width: 240, height: 76 }
const indexBox = { width: 260, height: 50 }
const gap = { column: 72, index: 10, store: 26 }
const margin = 2

/** Object stores below each other, the indexes of each to its right, the store in the middle of their height. */
export function layOut({ stores }: Schema): Layout {
  let y = margin
  const boxes = stores.map((store) => {
    const count = store.indexes.length
    const indexesHeight = count * indexBox.height + Math.max(0, count - 1) * gap.index
    const height = Math.max(storeBox.height, indexesHeight)
    const top = y
    y += height + gap.store
    const indexes = store.indexes.map((index, i) => ({
      ...indexBox,
      index,
      x: margin + storeBox.width + gap.column,
      y: top + (height - indexesHeight) / 2 + i * (indexBox.height + gap.index),
    }))
    return { ...storeBox, store, indexes, x: margin, y: top + (height - storeBox.height) / 2 }
  })
  const hasIndexes = stores.some(({ indexes }) => indexes.length > 0)
  const width = storeBox.width + (hasIndexes ? gap.column + indexBox.width : 0) + 2 * margin
  return { width, height: Math.max(y - gap.store + margin, 0), boxes }
}

/** A line from the right of a store to the left of an index. */
export function curve(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2]
  const [x2, y2] = [to.x, to.y + to.height / 2]
  const middle = (x1 + x2) / 2
  return `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`
}

/** What fits in a line of the box, at about `letter` pixels for each. */
export function fitted(text: string, width: number, letter = 7.6): string {
  const room = Math.floor(width / letter)
  return text.length > room ? `${text.slice(0, room - 1)}…` : text
}
