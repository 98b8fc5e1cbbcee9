/**
 * Key generators: their current numbers are the storage transaction's, so that an abort takes back what it has moved.
 * https://w3c.github.io/IndexedDB/#key-generator-construct
 */
import type { StorageTransaction } from '../../storage/storage.ts'

/** What keeps the numbers of a transaction. */
export type GeneratorNumbers = Pick<StorageTransaction, 'currentNumber' | 'setCurrentNumber'>

/** 2^53: the last number a key generator gives out. */
const lastNumber = 2 ** 53
/** Beyond the last number; 2^53 + 1 is no double. */
const exhausted = 2 ** 53 + 2

/**
 * The next number of the store's generator; null when there is none left. It stays the next one until a record is stored
 * with it, so that an operation that fails leaves the generator alone.
 * https://w3c.github.io/IndexedDB/#generate-a-key
 */
export function generateKey(transaction: GeneratorNumbers, storeId: number): number | null {
  const number = transaction.currentNumber(storeId)
  return number > lastNumber ? null : number
}

/**
 * Makes sure that `key`, with which a record was just stored, is not given out later.
 * https://w3c.github.io/IndexedDB/#possibly-update-the-key-generator
 */
export function possiblyUpdateKeyGenerator(
  transaction: GeneratorNumbers,
  storeId: number,
  key: number,
): void {
  const value = Math.floor(Math.min(key, lastNumber))
  if (value < transaction.currentNumber(storeId)) return
  transaction.setCurrentNumber(storeId, value === lastNumber ? exhausted : value + 1)
}
