/** Factories. https://w3c.github.io/IndexedDB/#factory-interface */
import {
  type Factory,
  factorySymbol,
  deleteDatabase,
  listDatabases,
  openDatabase,
} from '../core/factory.ts'
import { assertStackRoom } from '../base/stack-room.ts'
import { invalidKey } from './convert-value-to-key-range.ts'
import { convertValueToKey } from '../keys/convert-value-to-key.ts'
import { compareKeys } from '../keys/key.ts'
import { type IDBOpenDBRequest, openRequestHandle } from './IDBRequest.ts'
import {
  defineInterface,
  requireArguments,
  toDOMString,
  toUnsignedLongLong,
} from './webidl/webidl.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<Factory>()
let coreOf: (handle: IDBFactory) => Factory
let hasCore: (value: object) => boolean

/** https://w3c.github.io/IndexedDB/#idbfactory */
export class IDBFactory {
  readonly #factory: Factory

  static {
    coreOf = (handle) => handle.#factory
    hasCore = (value) => #factory in value
  }

  constructor() {
    this.#factory = handover.take()
  }

  /** For `idb-everywhere/diagnostics`, of whichever copy of this package. */
  get [factorySymbol](): Factory {
    return this.#factory
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbfactory-open */
  open(name: string, version: number | undefined = undefined): IDBOpenDBRequest {
    requireArguments(arguments.length, 1, 'IDBFactory.open')
    assertStackRoom()
    const databaseName = toDOMString(name)
    const wanted = version === undefined ? undefined : toUnsignedLongLong(version, 'version')
    if (wanted === 0) throw new TypeError('version is 0: the lowest version is 1')
    return openRequestHandle(openDatabase(this.#factory, databaseName, wanted))
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbfactory-deletedatabase */
  deleteDatabase(name: string): IDBOpenDBRequest {
    requireArguments(arguments.length, 1, 'IDBFactory.deleteDatabase')
    assertStackRoom()
    return openRequestHandle(deleteDatabase(this.#factory, toDOMString(name)))
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbfactory-databases */
  databases(): Promise<IDBDatabaseInfo[]> {
    assertStackRoom()
    return databasesOf(this)
  }

  /** https://w3c.github.io/IndexedDB/#dom-idbfactory-cmp */
  cmp(first: unknown, second: unknown): number {
    // A foreign object is refused before anything else, as by every method.
    coreOf(this)
    requireArguments(arguments.length, 2, 'IDBFactory.cmp')
    assertStackRoom()
    const a = convertValueToKey(first)
    if (!a) throw invalidKey('The first parameter', first)
    const b = convertValueToKey(second)
    if (!b) throw invalidKey('The second parameter', second)
    return compareKeys(a, b)
  }
}

defineInterface(IDBFactory, 'IDBFactory')

/** The script-visible factory. */
export function factoryHandle(factory: Factory): IDBFactory {
  return handover.make(IDBFactory, factory)
}

/** Rejects for anything that is no factory. */
async function databasesOf(handle: IDBFactory): Promise<IDBDatabaseInfo[]> {
  return listDatabases(coreOf(handle))
}

/** Whether it is a factory of this copy of the package, neither a proxy of one nor an object that inherits from one. */
export function isFactory(value: unknown): value is IDBFactory {
  return typeof value === 'object' && value !== null && hasCore(value)
}

/** The core of a factory. @throws TypeError for anything else. */
export function factoryOf(handle: unknown): Factory {
  return coreOf(handle as IDBFactory) // Throws for others.
}
