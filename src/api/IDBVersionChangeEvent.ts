/** The event of a version change. https://w3c.github.io/IndexedDB/#events */
import { bareCopy, defineHidden } from '../base/own-property.ts'
import { EventWay, findWaysBy } from '../events/event.ts'
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

/** One that is fired here: half of the time that it takes would be that of defining its properties on the instance. */
export class FiredVersionChangeEvent extends IDBVersionChangeEvent {
  readonly #way = new EventWay()

  static {
    findWaysBy((event) => (#way in event ? event.#way : null))
  }

  override get target(): EventTarget | null {
    return this.#way.target as EventTarget | null // Handles are EventTargets by their prototype chain.
  }

  override get srcElement(): EventTarget | null {
    return this.target
  }

  override get currentTarget(): EventTarget | null {
    return this.#way.currentTarget as EventTarget | null // As above.
  }

  override get eventPhase(): number {
    return this.#way.eventPhase
  }

  override composedPath(): EventTarget[] {
    return this.#way.handles() as EventTarget[] // As above.
  }

  override stopImmediatePropagation(): void {
    super.stopImmediatePropagation()
    this.stopPropagation()
    this.#way.isStopped = true
  }
}

// Script sees a plain IDBVersionChangeEvent: the class is an implementation detail.
defineHidden(FiredVersionChangeEvent.prototype, 'constructor', IDBVersionChangeEvent)
