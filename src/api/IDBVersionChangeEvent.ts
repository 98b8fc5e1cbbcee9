/** The event of a version change. https://w3c.github.io/IndexedDB/#events */
import { bareCopy } from '../base/own-property.ts'
import { defineInspection } from './webidl/inspect.ts'
import {
  defineInterface,
  requireArguments,
  toDictionary,
  toDOMString,
  toWrappedUnsignedLongLong,
} from './webidl/webidl.ts'

/** https://w3c.github.io/IndexedDB/#idbversionchangeevent */
export class IDBVersionChangeEvent extends Event implements globalThis.IDBVersionChangeEvent {
  readonly #oldVersion: number
  readonly #newVersion: number | null

  constructor(type: string, eventInitDict: IDBVersionChangeEventInit | undefined = undefined) {
    requireArguments(arguments.length, 1, 'IDBVersionChangeEvent constructor')
    const { oldVersion, newVersion } = toDictionary(eventInitDict, 'eventInitDict')
    super(toDOMString(type), eventInitDict)
    this.#oldVersion = oldVersion === undefined ? 0 : toWrappedUnsignedLongLong(oldVersion)
    const isNull = newVersion === undefined || newVersion === null
    this.#newVersion = isNull ? null : toWrappedUnsignedLongLong(newVersion)
  }

  get oldVersion(): number {
    return this.#oldVersion
  }

  get newVersion(): number | null {
    return this.#newVersion
  }
}

defineInterface(IDBVersionChangeEvent, 'IDBVersionChangeEvent')
defineInspection(IDBVersionChangeEvent, 'IDBVersionChangeEvent', [
  'type',
  'oldVersion',
  'newVersion',
])
Object.defineProperty(IDBVersionChangeEvent, 'length', bareCopy({ value: 1 }))
