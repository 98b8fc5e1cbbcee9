/** Key ranges. https://w3c.github.io/IndexedDB/#keyrange */
import { domException } from '../errors.ts'
import { type KeyRange, isInRange, isInverted, onlyKey } from '../keys/key-range.ts'
import { convertKeyToValue } from '../keys/convert-key-to-value.ts'
import { convertValueToKey } from '../keys/convert-value-to-key.ts'
import { assertStackRoom } from '../base/stack-room.ts'
import { defineInspection } from './webidl/inspect.ts'
import { defineInterface, requireArguments } from './webidl/webidl.ts'
import { Handover } from './webidl/handover.ts'

/** Every copy of this package reads the ranges of every other by it; the version is that of the key format. */
const rangeSymbol = Symbol.for('idb-everywhere.key-range.1')

/** The platform's own class where there is one: its objects are accepted as ranges. */
const nativeGetters = nativeRangeGetters()

const handover = new Handover<KeyRange>()

/** An interval of keys. https://w3c.github.io/IndexedDB/#idbkeyrange */
export class IDBKeyRange implements globalThis.IDBKeyRange {
  readonly #range: KeyRange

  constructor() {
    this.#range = handover.take()
  }

  get lower(): unknown {
    return valueOrUndefined(this.#range.lower)
  }

  get upper(): unknown {
    return valueOrUndefined(this.#range.upper)
  }

  get lowerOpen(): boolean {
    return this.#range.lowerOpen
  }

  get upperOpen(): boolean {
    return this.#range.upperOpen
  }

  static only(value: unknown): IDBKeyRange {
    requireArguments(arguments.length, 1, 'IDBKeyRange.only')
    return rangeHandle(onlyKey(validKey(value)))
  }

  static lowerBound(lower: unknown, open: boolean = false): IDBKeyRange {
    requireArguments(arguments.length, 1, 'IDBKeyRange.lowerBound')
    const key = validKey(lower)
    return rangeHandle({ lower: key, upper: null, lowerOpen: Boolean(open), upperOpen: true })
  }

  static upperBound(upper: unknown, open: boolean = false): IDBKeyRange {
    requireArguments(arguments.length, 1, 'IDBKeyRange.upperBound')
    const key = validKey(upper)
    return rangeHandle({ lower: null, upper: key, lowerOpen: true, upperOpen: Boolean(open) })
  }

  static bound(
    lower: unknown,
    upper: unknown,
    lowerOpen: boolean = false,
    upperOpen: boolean = false,
  ): IDBKeyRange {
    requireArguments(arguments.length, 2, 'IDBKeyRange.bound')
    const range: KeyRange = {
      lower: validKey(lower),
      upper: validKey(upper),
      lowerOpen: Boolean(lowerOpen),
      upperOpen: Boolean(upperOpen),
    }
    // Deviates from browsers: they refuse one key twice, open, too; to the specification that is an empty range.
    if (isInverted(range)) {
      throw domException('DataError', 'The lower bound is greater than the upper bound')
    }
    return rangeHandle(range)
  }

  includes(key: unknown): boolean {
    const range = this.#range
    requireArguments(arguments.length, 1, 'IDBKeyRange.includes')
    return isInRange(validKey(key), range)
  }

  /** For other copies of this package. */
  get [rangeSymbol](): KeyRange {
    return this.#range
  }
}

defineInterface(IDBKeyRange, 'IDBKeyRange')
defineInspection(IDBKeyRange, 'IDBKeyRange', ['lower', 'upper', 'lowerOpen', 'upperOpen'])

/** The script-visible range. */
function rangeHandle(range: KeyRange): IDBKeyRange {
  return handover.make(IDBKeyRange, range)
}

/** The range inside an `IDBKeyRange` of this or another copy of the package, or of the platform; null for anything else. */
export function keyRangeOf(value: unknown): KeyRange | null {
  if (typeof value !== 'object' || value === null) return null
  if (rangeSymbol in value) return value[rangeSymbol] as KeyRange // The symbol is ours alone.
  return nativeGetters && nativeKeyRange(nativeGetters, value)
}

function valueOrUndefined(key: Uint8Array | null): unknown {
  return key ? convertKeyToValue(key) : undefined
}

function validKey(value: unknown): Uint8Array {
  assertStackRoom()
  const key = convertValueToKey(value)
  if (!key) throw domException('DataError', 'The value is not a valid key')
  return key
}

type Getter = (this: object) => unknown
type RangeGetters = Readonly<Record<'lower' | 'upper' | 'lowerOpen' | 'upperOpen', Getter>>

function nativeRangeGetters(): RangeGetters | null {
  const { IDBKeyRange: native } = globalThis
  // Another copy of this package may have installed itself; its ranges are known by their symbol.
  if (typeof native !== 'function' || rangeSymbol in native.prototype) return null
  const getter = (name: string): Getter | undefined =>
    Object.getOwnPropertyDescriptor(native.prototype, name)?.get
  const [lower, upper] = [getter('lower'), getter('upper')]
  const [lowerOpen, upperOpen] = [getter('lowerOpen'), getter('upperOpen')]
  return lower && upper && lowerOpen && upperOpen ? { lower, upper, lowerOpen, upperOpen } : null
}

function nativeKeyRange(getters: RangeGetters, value: object): KeyRange | null {
  try {
    const lower: unknown = getters.lower.call(value)
    const upper: unknown = getters.upper.call(value)
    return {
      lower: lower === undefined ? null : validKey(lower),
      upper: upper === undefined ? null : validKey(upper),
      lowerOpen: Boolean(getters.lowerOpen.call(value)),
      upperOpen: Boolean(getters.upperOpen.call(value)),
    }
  } catch (error) {
    // The native getters refuse what is no native range.
    if (error instanceof TypeError) return null
    throw error
  }
}
