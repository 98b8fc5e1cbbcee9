/** Blobs and Files of other implementations than this realm's: of simulated pages and polyfills. */
import { domException } from '../../errors.ts'
import { bareCopy } from '../../base/own-property.ts'
import { getOwnPropertyDescriptor, isView } from './intrinsics.ts'
import { memberOf } from './simulated-pages.ts'

/** What is left to be read of a Blob when the rest of its value is written. */
export interface BlobContent {
  readonly size: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/** What a Blob is without its bytes; a File has a name. */
export interface BlobAttributes {
  readonly size: number
  readonly type: string
  readonly name: string | undefined
  readonly lastModified: number
}

/** Such a Blob as it was when it was stored. Its attributes are properties of its own, where key paths find them. */
export class ForeignBlob implements BlobAttributes, BlobContent {
  readonly size: number
  readonly type: string
  declare readonly name: string | undefined
  declare readonly lastModified: number
  readonly #bytes: () => Promise<ArrayBuffer> | ArrayBufferView

  static {
    // A clone that holds one is serialized again when a generated key was put into it.
    Object.defineProperty(this.prototype, Symbol.toStringTag, bareCopy({ value: 'Blob' }))
  }

  constructor(attributes: BlobAttributes, bytes: () => Promise<ArrayBuffer> | ArrayBufferView) {
    this.size = attributes.size
    this.type = attributes.type
    this.#bytes = bytes
    if (attributes.name === undefined) return
    this.name = attributes.name
    this.lastModified = attributes.lastModified
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.#bytes()
    return isView(bytes) ? copyOf(bytes) : bytes
  }
}

/**
 * A Blob or File of another implementation; undefined if `value`, whose class goes by that name, is none.
 * @throws DataCloneError if there is no way to its bytes
 */
export function foreignBlob(value: object): ForeignBlob | undefined {
  const attributes = attributesOf(value)
  if (!attributes) return undefined
  const bytes = heldBytes(value, attributes.size)
  if (bytes) return new ForeignBlob(attributes, () => bytes)
  if (typeof memberOf(value, 'arrayBuffer') === 'function') {
    return new ForeignBlob(attributes, () => (value as Blob).arrayBuffer()) // it has the method
  }
  const { name } = attributes
  throw domException(
    'DataCloneError',
    `A ${name === undefined ? 'Blob' : 'File'} object without arrayBuffer() cannot be stored: its bytes cannot be read`,
  )
}

function attributesOf(value: object): BlobAttributes | undefined {
  const [size, type] = [memberOf(value, 'size'), memberOf(value, 'type')]
  const isBlob = Number.isSafeInteger(size) && Number(size) >= 0 && typeof type === 'string'
  if (!isBlob) return undefined
  const name = memberOf(value, 'name')
  const lastModified = Number(memberOf(value, 'lastModified') ?? 0)
  return {
    size: Number(size),
    type,
    name: typeof name === 'string' ? name : undefined,
    lastModified,
  }
}

/** jsdom has an object that implements the Blob under a symbol; up to version 26 its bytes can be had only there. */
function heldBytes(blob: object, size: number): ArrayBufferView | undefined {
  const symbol = Object.getOwnPropertySymbols(blob).find((it) => it.description === 'impl')
  const impl: unknown = symbol && getOwnPropertyDescriptor(blob, symbol)?.value
  if (typeof impl !== 'object' || impl === null) return undefined
  return Object.values(impl).find((it) => isView(it) && it.byteLength === size) as
    ArrayBufferView | undefined // the test says so
}

function copyOf({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
  return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer
}
