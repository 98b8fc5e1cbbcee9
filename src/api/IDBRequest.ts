/** Requests and open requests. https://w3c.github.io/IndexedDB/#request-api */
import type { OpenRequest, SalvageReport } from '../core/open-request.ts'
import { type RecordResult, listReaders } from '../core/records/result-readers.ts'
import type { Request } from '../core/request.ts'
import { domException } from '../errors.ts'
import { defineEventHandlers, defineEventTarget } from './webidl/event-target.ts'
import { defineInspection } from './webidl/inspect.ts'
import { recordHandle } from './IDBRecord.ts'
import { defineInterface } from './webidl/webidl.ts'
import { wrap, wrapValue } from './webidl/wrapper.ts'
import { Handover } from './webidl/handover.ts'

const handover = new Handover<Request | OpenRequest>()
let coreOf: (handle: IDBRequest) => Request | OpenRequest

/** https://w3c.github.io/IndexedDB/#idbrequest */
export class IDBRequest<Result = unknown> {
  declare addEventListener: globalThis.IDBRequest['addEventListener']
  declare removeEventListener: globalThis.IDBRequest['removeEventListener']
  declare dispatchEvent: globalThis.IDBRequest['dispatchEvent']
  declare onsuccess: ((this: globalThis.IDBRequest<Result>, event: Event) => unknown) | null
  declare onerror: ((this: globalThis.IDBRequest<Result>, event: Event) => unknown) | null

  readonly #request: Request | OpenRequest

  static {
    coreOf = (handle) => handle.#request
  }

  constructor() {
    this.#request = handover.take()
  }

  get result(): Result {
    return resultOf(done(this.#request)) as Result // The type is what the method that made the request promised.
  }

  get error(): DOMException | null {
    return done(this.#request).error
  }

  get source(): unknown {
    return 'source' in this.#request ? wrapValue(this.#request.source) : null
  }

  get transaction(): unknown {
    const { transaction } = this.#request
    return transaction && wrap(transaction)
  }

  get readyState(): IDBRequestReadyState {
    return this.#request.isDone ? 'done' : 'pending'
  }
}

/** https://w3c.github.io/IndexedDB/#idbopendbrequest */
export class IDBOpenDBRequest extends IDBRequest<unknown> {
  declare onblocked:
    ((this: globalThis.IDBOpenDBRequest, event: globalThis.IDBVersionChangeEvent) => unknown) | null
  declare onupgradeneeded:
    ((this: globalThis.IDBOpenDBRequest, event: globalThis.IDBVersionChangeEvent) => unknown) | null
}

const targetOf = (handle: unknown): Request | OpenRequest => coreOf(handle as IDBRequest) // Throws for others.
defineEventTarget(IDBRequest, targetOf, { name: 'IDBRequest', events: ['success', 'error'] })
defineEventHandlers(IDBOpenDBRequest, targetOf, ['blocked', 'upgradeneeded'])
defineInterface(IDBOpenDBRequest, 'IDBOpenDBRequest')
const shown = ['readyState', 'result', 'error']
defineInspection(IDBRequest, 'IDBRequest', shown)
defineInspection(IDBOpenDBRequest, 'IDBOpenDBRequest', shown)

/** The script-visible request; the same one each time. */
export function requestHandle<Result>(request: Request): IDBRequest<Result> {
  request.handle ??= makeHandle(request)
  return request.handle as IDBRequest<Result> // Only this function sets it; the method says what it gives.
}

function makeHandle(request: Request): IDBRequest {
  handover.give(request)
  try {
    return new IDBRequest()
  } finally {
    handover.end()
  }
}

/** The script-visible open request. */
export function openRequestHandle(request: OpenRequest): IDBOpenDBRequest {
  request.handle = handover.make(IDBOpenDBRequest, request)
  return request.handle as IDBOpenDBRequest // Just made.
}

/** What was saved when the damaged file was salvaged that the request has opened; null when there was no need. */
export function salvageReportOf(handle: IDBOpenDBRequest): SalvageReport | null {
  const request = coreOf(handle)
  return 'salvaged' in request ? request.salvaged : null
}

function done(request: Request | OpenRequest): Request | OpenRequest {
  if (request.isDone) return request
  throw domException('InvalidStateError', 'The request has not finished')
}

/** The lists of records script has been given. */
const recordLists = new WeakMap<readonly RecordResult[], readonly object[]>()

/** A result as script sees it; the same object each time. */
function resultOf(request: Request | OpenRequest): unknown {
  const { result } = request
  if (!('reader' in request) || request.reader !== listReaders.record || request.error) {
    return wrapValue(result)
  }
  const records = result as readonly RecordResult[] // That is what this reader makes.
  const list = recordLists.get(records) ?? records.map(recordHandle)
  recordLists.set(records, list)
  return list
}
