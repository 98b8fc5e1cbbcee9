/**
 * CryptoKeys as bytes and back. Web Crypto itself exports and imports asynchronously, and only what is extractable.
 * `node:crypto` does both at once and for every key, where `KeyObject` has `toCryptoKey` (Node from 22.10 on). Elsewhere
 * a CryptoKey is refused when it is stored, so that no database holds what its runtime cannot read.
 */
import { getterOf } from './intrinsics.ts'

/** Everything a CryptoKey is. */
export interface CryptoKeyParts {
  readonly type: string
  readonly extractable: boolean
  readonly algorithm: object
  readonly usages: readonly string[]
  /** The raw bytes of a secret key, SPKI of a public, PKCS #8 of a private one. */
  readonly material: Uint8Array
}

/** What is used of `node:crypto`'s KeyObject; TypeScript's Node 20 types lack `toCryptoKey`. */
interface KeyObject {
  export(encoding?: { type: string; format: 'der' }): Uint8Array
  toCryptoKey(algorithm: object, extractable: boolean, usages: readonly string[]): CryptoKey
}

interface NodeCrypto {
  readonly KeyObject: { readonly prototype: object; from(key: unknown): KeyObject }
  createSecretKey(material: Uint8Array): KeyObject
  createPublicKey(source: { key: Uint8Array; format: 'der'; type: string }): KeyObject
  createPrivateKey(source: { key: Uint8Array; format: 'der'; type: string }): KeyObject
}

const prototype = globalThis.CryptoKey?.prototype as object | undefined
const typeOf = getterOf<string>(prototype, 'type')
const extractableOf = getterOf<boolean>(prototype, 'extractable')
const algorithmOf = getterOf<object>(prototype, 'algorithm')
const usagesOf = getterOf<string[]>(prototype, 'usages')

/** Null where CryptoKeys cannot be made of bytes at once. */
const nodeCrypto = loadNodeCrypto()

/** Whether this runtime can store CryptoKeys. */
export const canStoreCryptoKeys = nodeCrypto !== null

/** Whether `value` is a CryptoKey. */
export function isCryptoKey(value: object): boolean {
  try {
    return typeOf !== null && typeof typeOf(value) === 'string'
  } catch {
    // The answer, not a failure: the getter refuses other objects.
    return false
  }
}

/** The parts of a CryptoKey, extractable or not. Only where canStoreCryptoKeys. */
export function partsOfCryptoKey(key: object): CryptoKeyParts {
  if (!nodeCrypto || !typeOf || !extractableOf || !algorithmOf || !usagesOf) {
    throw new Error('unreachable: this runtime stores no CryptoKeys')
  }
  const type = typeOf(key)
  const keyObject = nodeCrypto.KeyObject.from(key)
  const encoding = encodings[type]
  const exported = encoding
    ? keyObject.export({ type: encoding, format: 'der' })
    : keyObject.export()
  return {
    type,
    extractable: extractableOf(key),
    algorithm: algorithmOf(key),
    usages: usagesOf(key),
    // A copy: Node's Buffers may share their memory with others.
    material: new Uint8Array(exported),
  }
}

/** A CryptoKey of these parts; undefined where this runtime has no way. Throws if they are no key. */
export function cryptoKeyOf(parts: CryptoKeyParts): CryptoKey | undefined {
  if (!nodeCrypto) return undefined
  const { algorithm, extractable, usages } = parts
  return keyObjectOf(nodeCrypto, parts).toCryptoKey(algorithm, extractable, usages)
}

const encodings: Record<string, string | undefined> = { public: 'spki', private: 'pkcs8' }

function keyObjectOf(crypto: NodeCrypto, { type, material }: CryptoKeyParts): KeyObject {
  if (type === 'secret') return crypto.createSecretKey(material)
  if (type === 'public')
    return crypto.createPublicKey({ key: material, format: 'der', type: 'spki' })
  return crypto.createPrivateKey({ key: material, format: 'der', type: 'pkcs8' })
}

function loadNodeCrypto(): NodeCrypto | null {
  // `as`: Node 20's types lack what is asked for here.
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto') as unknown as
    NodeCrypto | undefined
  return crypto?.KeyObject && 'toCryptoKey' in crypto.KeyObject.prototype ? crypto : null
}
