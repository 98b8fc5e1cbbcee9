/** Up to this many objects a linear search beats a Map. */
const listLimit = 32

/** The objects met so far and their numbers, counted from 0. */
export class ObjectIds {
  #list: object[] = []
  #map: Map<object, number> | null = null

  clear(): void {
    if (this.#list.length > 0) this.#list = []
    this.#map = null
  }

  /** The number of an object met before; -1 for a new one, which has a number from now on. */
  findOrAdd(object: object): number {
    if (this.#map) return this.#findOrAddInMap(this.#map, object)
    const list = this.#list
    for (let id = 0; id < list.length; id++) if (list[id] === object) return id
    list.push(object)
    if (list.length > listLimit) this.#map = new Map(list.map((it, id) => [it, id]))
    return -1
  }

  #findOrAddInMap(map: Map<object, number>, object: object): number {
    const id = map.get(object)
    if (id !== undefined) return id
    map.set(object, map.size)
    return -1
  }
}
