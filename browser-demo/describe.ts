/** Stored values as text: two values get the same text when, and only when, a script could not tell them apart. */

/** A line of text; pieces of a Blob are named by type and size, for its bytes can only be read later. */
export function describe(value: unknown): string {
  return new Description().of(value)
}

/** The same, with the bytes of every Blob behind it. */
export async function describeDeeply(value: unknown): Promise<string> {
  const description = new Description()
  const text = description.of(value)
  const contents = await Promise.all(description.blobs.map((blob) => blob.arrayBuffer()))
  return [text, ...contents.map((bytes, at) => `blob ${at + 1}: ${hex(bytes)}`)].join('\n')
}

class Description {
  readonly blobs: Blob[] = []
  /** Object → the order in which it was met, so that cycles end and shared references show. */
  readonly #met = new Map<object, number>()

  of(value: unknown): string {
    if (typeof value === 'object' && value !== null) return this.#ofObject(value)
    return ofPrimitive(value)
  }

  #ofObject(object: object): string {
    const met = this.#met.get(object)
    if (met !== undefined) return `⟲${met}`
    this.#met.set(object, this.#met.size + 1)
    const kind = Object.prototype.toString.call(object).slice('[object '.length, -1)
    return this.#ofKind(kind, object)
  }

  /** The casts rest on the kind, which the platform gives to each of its own classes. */
  #ofKind(kind: string, object: object): string {
    switch (kind) {
      case 'Array':
        return `[${this.#ofArray(object as unknown[])}]`
      case 'Date':
        return `Date(${Number.isNaN((object as Date).getTime()) ? 'invalid' : (object as Date).toISOString()})`
      case 'RegExp':
        return String(object)
      case 'Map':
        return `Map {${[...(object as Map<unknown, unknown>)].map(([key, value]) => `${this.of(key)} → ${this.of(value)}`).join(', ')}}`
      case 'Set':
        return `Set {${[...(object as Set<unknown>)].map((value) => this.of(value)).join(', ')}}`
      case 'Error':
        return this.#ofError(object as Error)
      case 'ArrayBuffer':
        return `ArrayBuffer(${hex(object as ArrayBuffer)})`
      case 'Blob':
      case 'File':
        return this.#ofBlob(kind, object as Blob)
      case 'Boolean':
      case 'Number':
      case 'String':
      case 'BigInt':
        return `${kind}(${ofPrimitive(object.valueOf())})`
      case 'Object':
        return `{${this.#ofMembers(object)}}`
      default:
        return this.#ofOther(kind, object)
    }
  }

  #ofArray(array: unknown[]): string {
    const items = Array.from(array, (item, at) => (at in array ? this.of(item) : 'hole'))
    return items.join(', ')
  }

  #ofMembers(object: object): string {
    const members = Object.entries(object)
    return members.map(([name, value]) => `${plainName(name)}: ${this.of(value)}`).join(', ')
  }

  #ofError({ name, message, cause }: Error): string {
    const because = cause === undefined ? '' : `, cause: ${this.of(cause)}`
    return `${name}(${JSON.stringify(message)}${because})`
  }

  #ofBlob(kind: string, blob: Blob): string {
    this.blobs.push(blob)
    // Kind "File" comes from a File alone.
    const name = kind === 'File' ? `${(blob as File).name}, ` : ''
    return `${kind}(${name}${blob.type || 'no type'}, ${blob.size} bytes)`
  }

  #ofOther(kind: string, object: object): string {
    if (!ArrayBuffer.isView(object)) return `${kind} {${this.#ofMembers(object)}}`
    const { buffer, byteOffset, byteLength } = object
    return `${kind}(${hex(buffer.slice(byteOffset, byteOffset + byteLength))})`
  }
}

function ofPrimitive(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  return Object.is(value, -0) ? '-0' : String(value)
}

function plainName(name: string): string {
  return /^[\p{L}_$][\p{L}\d_$]*$/u.test(name) ? name : JSON.stringify(name)
}

function hex(bytes: ArrayBufferLike): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
