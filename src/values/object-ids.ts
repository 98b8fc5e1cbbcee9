import { arrayFrom } from './platform-objects/intrinsics.ts'

/** Up to this many objects a linear search beats a Map. */
const listLimit = 32

/** The objects met so far and their numbers, counted from 0. */
export class ObjectIds {
  /** The first objects. (All elements exist from the start: storing one meets no setter on a prototype.) */
  readonly #list: (object | null)[] = arrayFrom({ length: listLimit }, () => null)
  #count = 0
  /** All objects, once there are too many for the list. */
  #map: Map<object, number> | null = null

  clear(): void {
    for (let id = 0; id < this.#count; id++) this.#list[id] = null
    this.#count = 0
    this.#map = null
  }

  /** The number of an object met before; -1 for a new one, which has a number from now on. */
  findOrAdd(object: object): number {
    if (this.#map) return findOrAddInMap(this.#map, object)
    const list = this.#list
    const count = this.#count
    for (let id = 0; id < count; id++) if (list[id] === object) return id
    if (count === listLimit) return this.#moveToMap(object)
    list[count] = object
    this.#count = count + 1
    return -1
  }

  #moveToMap(object: object): number {
    const map = new Map<object, number>()
    for (const it of this.#list) if (it !== null) map.set(it, map.size)
    this.#map = map
    return findOrAddInMap(map, object)
  }
}

function findOrAddInMap(map: Map<object, number>, object: object): number {
  const id = map.get(object)
  if (id !== undefined) return id
  map.set(object, map.size)
  return -1
}
