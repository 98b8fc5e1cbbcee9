/** The numbers of key generators, in a transaction that has locked their stores. */
import type { GeneratorNumbers } from '../../host/operations/key-generators.ts'

export class Numbers implements GeneratorNumbers {
  readonly #current = new Map<number, number>()
  /** Those that have moved. */
  readonly #moved = new Set<number>()

  /** A store's as it was found when it was locked, or made. */
  found(storeId: number, currentNumber: number): void {
    this.#current.set(storeId, currentNumber)
  }

  /** Whether it is known. */
  has(storeId: number): boolean {
    return this.#current.has(storeId)
  }

  currentNumber(storeId: number): number {
    const number = this.#current.get(storeId)
    if (number === undefined) throw new Error('unreachable: a key generator is not locked')
    return number
  }

  setCurrentNumber(storeId: number, currentNumber: number): void {
    this.#current.set(storeId, currentNumber)
    this.#moved.add(storeId)
  }

  /** The stores whose generators have moved, and their numbers. */
  moved(): { readonly storeIds: number[]; readonly numbers: number[] } {
    const storeIds = [...this.#moved]
    return { storeIds, numbers: storeIds.map((id) => this.currentNumber(id)) }
  }
}

/** Whether a key generator can have that number: 2^53 + 2 stands for none left. */
export function isGeneratorNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 2 ** 53 + 2
}
