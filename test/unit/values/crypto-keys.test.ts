import assert from 'node:assert/strict'
import { describe, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors.ts'
import { deserialize } from '../../../src/values/deserialize.ts'
import { complete, serialize } from '../../../src/values/serialize.ts'
import { lateRoundTrip } from './round-trip.ts'

const { subtle } = globalThis.crypto

const rsa = { hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) }

/** Every algorithm that some runtime has, and usages for its keys. */
const generated: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
  [{ name: 'AES-CBC', length: 128 }, ['encrypt', 'decrypt']],
  [{ name: 'AES-CTR', length: 256 }, ['decrypt']],
  [{ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']],
  [{ name: 'AES-KW', length: 128 }, ['wrapKey']],
  [{ name: 'AES-OCB', length: 128 }, ['encrypt']],
  [{ name: 'ChaCha20-Poly1305' }, ['encrypt', 'decrypt']],
  [{ name: 'KMAC128', length: 160 }, ['sign']],
  [{ name: 'HMAC', hash: 'SHA-384' }, ['sign', 'verify']],
  [{ name: 'HMAC', hash: 'SHA-1', length: 80 }, ['verify']],
  [{ name: 'RSA-OAEP', ...rsa }, ['encrypt', 'decrypt']],
  [{ name: 'RSA-PSS', ...rsa, hash: 'SHA-512' }, ['sign', 'verify']],
  [{ name: 'RSASSA-PKCS1-v1_5', ...rsa }, ['sign', 'verify']],
  ...['P-256', 'P-384', 'P-521'].flatMap((namedCurve) => [
    [{ name: 'ECDSA', namedCurve }, ['sign', 'verify']] as const,
    [{ name: 'ECDH', namedCurve }, ['deriveKey', 'deriveBits']] as const,
  ]),
  [{ name: 'Ed25519' }, ['sign', 'verify']],
  [{ name: 'Ed448' }, ['sign', 'verify']],
  [{ name: 'X25519' }, ['deriveBits']],
  [{ name: 'X448' }, ['deriveKey']],
  [{ name: 'ML-DSA-44' }, ['sign', 'verify']],
  [{ name: 'ML-KEM-768' }, ['encapsulateBits', 'decapsulateBits']],
]

/** Passwords and the like, which are never extractable. */
const derivable = ['HKDF', 'PBKDF2', 'Argon2id']

/** Post-quantum algorithms are of Web Crypto only in some runtimes, which hand out no bytes of their own accord. */
const mayBeSecretive = /^ML-/

describe.each([{ extractable: true }, { extractable: false }])(
  '$extractable',
  ({ extractable }) => {
    for (const [algorithm, usages] of generated) {
      test(`keys of ${JSON.stringify(algorithm)} come back as they were`, async (context) => {
        const made = await generate(algorithm, extractable, usages)
        if (!made) return context.skip('this runtime lacks the algorithm')
        const keys = 'privateKey' in made ? [made.publicKey, made.privateKey] : [made]
        for (const key of keys) {
          if (!key.extractable && mayBeSecretive.test(String(algorithm['name'])) && isRefused(key))
            continue
          const clone = (await lateRoundTrip({ key })) as { key: CryptoKey }
          assert.ok(clone.key instanceof CryptoKey && clone.key !== key)
          assert.deepEqual(traitsOf(clone.key), traitsOf(key))
          if (key.extractable) assert.deepEqual(await bytesOf(clone.key), await bytesOf(key))
        }
      })
    }
  },
)

for (const name of derivable) {
  test(`a key for ${name} comes back as it was`, async (context) => {
    const material = new Uint8Array(20).fill(7)
    const format = name.startsWith('Argon') ? 'raw-secret' : 'raw'
    const key = await subtle
      .importKey(format as 'raw', material, name, false, ['deriveBits'])
      .catch(() => null)
    if (!key) return context.skip('this runtime lacks the algorithm')
    const clone = (await lateRoundTrip(key)) as CryptoKey
    assert.deepEqual(traitsOf(clone), traitsOf(key))
  })
}

test('what one half of a pair that is not extractable signs, the other half verifies', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const pair = await subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const clone = (await lateRoundTrip({ ...pair })) as CryptoKeyPair
  const signature = await subtle.sign(algorithm, clone.privateKey, new Uint8Array(3))
  assert.ok(await subtle.verify(algorithm, pair.publicKey, signature, new Uint8Array(3)))
  assert.ok(await subtle.verify(algorithm, clone.publicKey, signature, new Uint8Array(3)))
})

test('keys among objects met twice, Blobs and other keys are all found again', async () => {
  const [first, second] = [await aesKey(), await aesKey()]
  const shared = { first }
  const value = [shared, new Blob(['text']), second, first, shared, new Map([[second, shared]])]
  const clone = (await lateRoundTrip(value)) as unknown[]
  assert.equal(await (clone[1] as Blob).text(), 'text')
  assert.equal((clone[0] as typeof shared).first, clone[3])
  assert.equal(clone[4], clone[0])
  assert.equal((clone[5] as Map<unknown, unknown>).get(clone[2]), clone[0])
  assert.deepEqual(await bytesOf(clone[3] as CryptoKey), await bytesOf(first))
  assert.deepEqual(await bytesOf(clone[2] as CryptoKey), await bytesOf(second))
})

test('a key nested a thousand objects deep is found again', async () => {
  let value: unknown = await aesKey()
  for (let i = 0; i < 1000; i++) value = [value]
  let clone = await lateRoundTrip(value)
  for (let i = 0; i < 1000; i++) clone = (clone as unknown[])[0]
  assert.ok(clone instanceof CryptoKey)
})

for (const place of ['before', 'after'] as const) {
  test(`a generated key ${place} a CryptoKey keeps its place`, async () => {
    const key = await aesKey()
    const value = place === 'before' ? { id: undefined, key } : { key, id: undefined }
    const { value: stored, generatedKeyOffset } = await complete(serialize(value, 'id'))
    const { bytes } = stored
    new DataView(bytes.buffer, bytes.byteOffset).setFloat64(generatedKeyOffset, 42)
    const clone = deserialize(bytes, 0, bytes.length) as { id: number }
    assert.equal(clone.id, 42)
  })
}

test('a generated key finds its place on a path by way of an object with a CryptoKey', async () => {
  const serialized = serialize({ a: { key: await aesKey() } }, 'a.id')
  assert.ok(serialized.generatedKeyOffset > 0)
})

test('complete() is not disturbed by values serialized meanwhile', async () => {
  const [first, second] = [await aesKey(), await aesKey()]
  const both = [complete(serialize({ first })), complete(serialize(['x'.repeat(99), second]))]
  serialize([new Blob(['later'])])
  const [completed] = await Promise.all(both)
  assert.ok(completed)
  const { bytes } = completed.value
  assert.deepEqual(Object.keys(deserialize(bytes, 0, bytes.length) as object), ['first'])
})

test('a reader that waits for no key gets an empty object in its place', async () => {
  const { bytes } = (await complete(serialize({ key: await aesKey(), id: 1 }))).value
  assert.deepEqual(deserialize(bytes, 0, bytes.length), { key: {}, id: 1 })
})

test('parts that are no key are refused in words', async () => {
  const { bytes } = (await complete(serialize(await aesKey()))).value
  const name = Buffer.from(bytes).indexOf('AES-GCM')
  bytes.set(Buffer.from('AES-XXX'), name)
  const outcome = await new Promise((resolve) => {
    deserialize(bytes, 0, bytes.length, { awaits: (it) => resolve(it.value()) })
  }).catch((error: unknown) => error)
  assert.ok(outcome instanceof StorageError)
  assert.match(outcome.message, /CryptoKey cannot be made of its parts \(AES-XXX\)/)
})

test('a key that is not extractable is refused where nothing gives its bytes', async () => {
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt'])
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
  vi.resetModules()
  const writing = await import('../../../src/values/serialize.ts')
  vi.unstubAllGlobals()
  vi.resetModules()
  const refusal = { name: 'DataCloneError', message: /CryptoKey that is not extractable/ }
  assert.throws(() => writing.serialize({ key }), refusal)
})

test('an object that only looks like a key is refused', () => {
  const impostor: unknown = Object.create(CryptoKey.prototype)
  assert.throws(() => serialize(impostor), { name: 'DataCloneError' })
})

function aesKey(): Promise<CryptoKey> {
  return subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt'])
}

/** null where the runtime lacks the algorithm. */
function generate(
  algorithm: object,
  extractable: boolean,
  usages: readonly string[],
): Promise<CryptoKey | CryptoKeyPair | null> {
  return new Promise((resolve) => {
    // Some runtimes refuse at the call.
    const made = async (): Promise<CryptoKey | CryptoKeyPair> =>
      subtle.generateKey(algorithm as KeyAlgorithm, extractable, usages as KeyUsage[])
    resolve(made().catch(() => null))
  })
}

function isRefused(key: CryptoKey): boolean {
  try {
    serialize(key)
    return false
  } catch {
    return true
  }
}

function traitsOf({ type, extractable, algorithm, usages }: CryptoKey): object {
  return { type, extractable, algorithm: { ...algorithm }, usages: [...usages].sort() }
}

async function bytesOf(key: CryptoKey): Promise<Uint8Array> {
  const format = key.type === 'public' ? 'spki' : key.type === 'private' ? 'pkcs8' : 'raw'
  const bytes = await subtle.exportKey(format, key).catch(() => {
    return subtle.exportKey('raw-secret' as 'raw', key)
  })
  return new Uint8Array(bytes)
}
