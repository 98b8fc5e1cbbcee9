/** Storing a record with objects that have no bytes: they are kept elsewhere, and its value names them. */
import { exceptionOf, type Failure } from '../../errors.ts'
import type { OperationReceiver, OperationResult } from '../../protocol/protocol.ts'
import {
  keep,
  type KeptObject,
  type KeptOwner,
  type KeptPlace,
  keptKeys,
  noteKey,
  removeKept,
} from '../../kept-objects/kept-store.ts'
import type { Serialized } from '../../values/serialize.ts'
import type { Request } from '../request.ts'

/** The objects of a value that have to be kept elsewhere. */
export function objectsToKeep({ apart }: Serialized): readonly KeptObject[] {
  return apart.flatMap(({ object, keptAs }) => (keptAs === null ? [] : { id: keptAs, object }))
}

/** Receives the answer to the operation that stores such a record. */
export class KeptPut implements OperationReceiver {
  readonly #request: Request
  readonly #owner: KeptOwner
  readonly #objects: readonly KeptObject[]
  /** Its key once it is stored; null when it is not. */
  readonly #storedKey: Promise<Uint8Array | null>
  #settle: (key: Uint8Array | null) => void = () => {}

  constructor(request: Request, { storeId, key }: KeptOwner, objects: readonly KeptObject[]) {
    this.#request = request
    this.#owner = { storeId, key }
    this.#objects = objects
    this.#storedKey = new Promise((resolve) => (this.#settle = resolve))
  }

  get #place(): KeptPlace {
    const { keptAt } = this.#request.transaction.connection.host
    if (!keptAt) throw new Error('unreachable: objects are kept where there is a place for them')
    return keptAt
  }

  /** Keeps the objects, from before the record is there. Rejects with a DOMException. */
  async keep(): Promise<void> {
    const { transaction } = this.#request
    await transaction.holdCollection(this.#place)
    await keep(this.#place, this.#owner, this.#objects)
  }

  /** Resolves when it is noted under which key the record is; the transaction must not commit before. Never rejects. */
  async whenPlaced(): Promise<() => void> {
    const key = await this.#storedKey
    if (!key) return () => {}
    try {
      await noteKey(this.#place, { storeId: this.#owner.storeId, key }, this.#objects)
      return () => {}
    } catch (error) {
      const reason = exceptionOf(this.#request.transaction.failureOf(error))
      return () => this.#request.transaction.abort(reason)
    }
  }

  /** The transaction was over before the record could be stored. */
  abandon(): void {
    // What stays is found by the next collection.
    removeKept(keptKeys(this.#owner, this.#objects)).catch(() => {})
  }

  record(): void {
    throw new Error('unreachable: a put has answered with a record')
  }

  done(result: OperationResult): void {
    this.#request.done(result)
    this.#settle(result instanceof Uint8Array ? result : null)
  }

  failed(failure: Failure): void {
    this.#request.failed(failure)
    this.#settle(null)
  }

  /** It is not to be stored. */
  drop(): void {
    this.#settle(null)
  }
}
