/**
 * CryptoKeys as bytes and back.
 *
 * Web Crypto does both asynchronously, and exports only what is extractable. Where there is `node:crypto` (Node, Bun and
 * Deno) it gives the bytes of every key.
 */
import { domException } from '../../errors.ts'
import { corrupt, unsupportedType } from '../corrupt.ts'
import { attributeOf } from './intrinsics.ts'

/** What a CryptoKey is, but for its bytes. */
export interface CryptoKeyTraits {
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: object
  readonly usages: readonly string[]
}

/** Everything a CryptoKey is. */
export interface CryptoKeyParts extends CryptoKeyTraits {
  /** The raw bytes of a secret key, SPKI of a public, PKCS #8 of a private one. */
  readonly material: Uint8Array<ArrayBuffer>
}

/** What is used of `node:crypto`. */
interface NodeCrypto {
  readonly KeyObject: {
    from(key: unknown): { export(encoding?: { type: string; format: 'der' }): Uint8Array }
  }
  readonly webcrypto: {
    readonly subtle?: SubtleCrypto
    readonly CryptoKey?: { readonly prototype: object }
  }
}

/** What this runtime has for keys. */
interface KeyTools {
  /** Undefined in browsers. */
  readonly nodeCrypto: NodeCrypto | undefined
  readonly subtle: SubtleCrypto | undefined
  readonly typeOf: Getter<string>
  readonly extractableOf: Getter<boolean>
  readonly algorithmOf: Getter<object>
  readonly usagesOf: Getter<string[]>
}

/** null where the runtime has no such class. */
type Getter<Result> = ReturnType<typeof attributeOf<Result>>

const { bun, deno } = globalThis.process?.versions ?? {}
const isNode = globalThis.process?.getBuiltinModule !== undefined && !bun && !deno

/**
 * Taken when the module loads: a test environment may replace the globals later. Engine: not in Node, which loads its cryptography for
 * this, and whose own class no one replaces; null there before the first use.
 */
let taken: KeyTools | null = isNode ? null : takeTools()

const tools = (): KeyTools => (taken ??= takeTools())

function takeTools(): KeyTools {
  const nodeCrypto = globalThis.process?.getBuiltinModule?.('node:crypto') as unknown as
    NodeCrypto | undefined
  // Node's own may lie under the globals of a test environment. Browsers have `subtle` in secure contexts only.
  const webCrypto = nodeCrypto?.webcrypto
  const classOfKeys = webCrypto?.CryptoKey ?? globalThis.CryptoKey
  const prototype = classOfKeys?.prototype as object | undefined
  return {
    nodeCrypto,
    subtle: webCrypto?.subtle ?? (globalThis.crypto?.subtle as SubtleCrypto | undefined),
    typeOf: attributeOf<string>(prototype, 'type'),
    extractableOf: attributeOf<boolean>(prototype, 'extractable'),
    algorithmOf: attributeOf<object>(prototype, 'algorithm'),
    usagesOf: attributeOf<string[]>(prototype, 'usages'),
  }
}

/** What a CryptoKey is, but for its bytes; null for every other object. */
export function traitsOfCryptoKey(value: object): CryptoKeyTraits | null {
  const { typeOf, extractableOf, algorithmOf, usagesOf } = tools()
  if (!typeOf || !extractableOf || !algorithmOf || !usagesOf) return null
  try {
    const type = typeOf(value)
    if (typeof type !== 'string') return null
    const extractable = extractableOf(value)
    return { type, extractable, algorithm: algorithmOf(value), usages: usagesOf(value) }
  } catch {
    // The answer, not a failure: the getters refuse other objects.
    return null
  }
}

/** The bytes of a key that is not extractable; null where the runtime does not give them. */
export function bytesOfSecretiveKey(key: object, type: string): Uint8Array | null {
  const { nodeCrypto } = tools()
  if (!nodeCrypto) return null
  try {
    const keyObject = nodeCrypto.KeyObject.from(key)
    const encoding = encodings[type]
    const bytes = encoding
      ? keyObject.export({ type: encoding, format: 'der' })
      : keyObject.export()
    // A copy: Node's Buffers may share their memory with others.
    return new Uint8Array(bytes)
  } catch {
    // The answer, not a failure: Web Crypto has algorithms that `node:crypto` lacks, and may stop telling it.
    return null
  }
}

/**
 * The bytes of an extractable key.
 * @throws DataCloneError where the runtime cannot export keys of its algorithm
 */
export async function exportCryptoKey(key: object): Promise<Uint8Array> {
  const { subtle } = tools()
  const traits = traitsOfCryptoKey(key)
  if (!subtle || !traits) throw new Error('unreachable: an object that was a CryptoKey is none')
  try {
    const bytes = await tryFormats(traits.type, (format) =>
      subtle.exportKey(format, key as CryptoKey),
    )
    return new Uint8Array(bytes)
  } catch (error) {
    throw domException(
      'DataCloneError',
      `A CryptoKey (${nameOf(traits)}) cannot be stored in this runtime, which does not export its bytes: ${String(error)}`,
    )
  }
}

/** The key of these parts. @throws StorageError where they are none, or none that this runtime knows */
export async function importCryptoKey(parts: CryptoKeyParts): Promise<CryptoKey> {
  const { subtle } = tools()
  if (!subtle) throw unsupportedType('CryptoKey')
  const { type, material, extractable } = parts
  // `as`: Web Crypto checks what it is given.
  const algorithm = parts.algorithm as Algorithm
  const usages = parts.usages as KeyUsage[]
  try {
    return await tryFormats(type, (format) =>
      subtle.importKey(format, material, algorithm, extractable, usages),
    )
  } catch (cause) {
    throw corrupt(`a CryptoKey cannot be made of its parts (${nameOf(parts)}): ${String(cause)}`)
  }
}

function nameOf({ algorithm }: CryptoKeyTraits): string {
  return String((algorithm as KeyAlgorithm).name)
}

const encodings: Readonly<Record<string, 'spki' | 'pkcs8' | undefined>> = {
  public: 'spki',
  private: 'pkcs8',
}

type KeyFormat = 'raw' | 'spki' | 'pkcs8'

/** The bytes of a secret key are called `raw` for the older algorithms, `raw-secret` for the newer ones. */
async function tryFormats<Result>(
  type: string,
  attempt: (format: KeyFormat) => Promise<Result>,
): Promise<Result> {
  const encoding = encodings[type]
  if (encoding) return attempt(encoding)
  try {
    return await attempt('raw')
  } catch (error) {
    // `as`: the types lack the newer name. Where the runtime does, too, the first error says more.
    return attempt('raw-secret' as KeyFormat).catch(() => {
      throw error
    })
  }
}
