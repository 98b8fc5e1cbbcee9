/** The lines of the tree of places: databases, in them object stores, in these indexes. */
import type { Schema } from '../../source/source.ts'
import type { Catalogue, Place } from '../place.ts'
import { nameText } from '../words.ts'

export interface PlaceItem {
  readonly id: string
  readonly level: 1 | 2 | 3
  readonly title: string
  /** What stands beside the title; empty: nothing, or the count of an object store. */
  readonly note: string
  readonly place: Place
  /** null: it has nothing in it. */
  readonly isOpen: boolean | null
  /** Its place among those beside it, from 1, and how many these are. */
  readonly at: number
  readonly of: number
}

/** The lines that are to be seen, from top to bottom. */
export function visibleItems({ databases, schemas, opened }: Catalogue): PlaceItem[] {
  const all = databases.result ?? []
  return all.flatMap(({ name, version }, i): PlaceItem[] => {
    const schema = opened.has(name) ? schemas[name] : undefined
    const item: PlaceItem = {
      id: idOf({ database: name, store: null, index: null }),
      level: 1,
      title: nameText(name),
      note: `v${version}`,
      place: { database: name, store: null, index: null },
      isOpen: opened.has(name),
      at: i + 1,
      of: all.length,
    }
    return [item, ...(schema ? storeItems(schema) : [])]
  })
}

function storeItems({ name: database, stores }: Schema): PlaceItem[] {
  return stores.flatMap(({ name, indexes }, i): PlaceItem[] => {
    const place = { database, store: name, index: null }
    const item: PlaceItem = {
      id: idOf(place),
      level: 2,
      title: nameText(name),
      note: '',
      place,
      isOpen: indexes.length === 0 ? null : true,
      at: i + 1,
      of: stores.length,
    }
    const below = indexes.map(({ name: index }, at): PlaceItem => {
      const its = { database, store: name, index }
      const of = indexes.length
      return {
        id: idOf(its),
        level: 3,
        title: nameText(index),
        note: '',
        place: its,
        isOpen: null,
        at: at + 1,
        of,
      }
    })
    return [item, ...below]
  })
}

/** The same for the same place. */
export function idOf({ database, store, index }: Place): string {
  return JSON.stringify([database, store, index])
}
