/** Lists of strings. https://html.spec.whatwg.org/#the-domstringlist-interface */
import { bareCopy, defineHidden } from '../../base/own-property.ts'
import { defineInterface, requireArguments, toUnsignedLong } from './webidl.ts'
import { Handover } from './handover.ts'

const handover = new Handover<readonly string[]>()

/**
 * An array-like list of strings; never changes.
 * https://html.spec.whatwg.org/#domstringlist
 */
export class DOMStringList implements globalThis.DOMStringList {
  declare [Symbol.iterator]: () => ArrayIterator<string>
  readonly [index: number]: string
  readonly #names: readonly string[]

  constructor() {
    this.#names = handover.take()
    this.#names.forEach((value, index) => {
      Object.defineProperty(this, index, bareCopy({ value, configurable: true, enumerable: true }))
    })
  }

  get length(): number {
    return this.#names.length
  }

  item(index: number): string | null {
    requireArguments(arguments.length, 1, 'DOMStringList.item')
    return this.#names[toUnsignedLong(index, 'index')] ?? null
  }

  contains(name: string): boolean {
    requireArguments(arguments.length, 1, 'DOMStringList.contains')
    return this.#names.includes(String(name))
  }
}

defineInterface(DOMStringList, 'DOMStringList')
defineHidden(DOMStringList.prototype, Symbol.iterator, Array.prototype[Symbol.iterator])

/** The script-visible list of these strings. */
export function stringList(strings: readonly string[]): DOMStringList {
  return handover.make(DOMStringList, strings)
}
