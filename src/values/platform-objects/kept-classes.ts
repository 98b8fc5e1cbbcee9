import { canKeep } from '../../kept-objects/kept-store.ts'
import { getterOf } from './intrinsics.ts'

/** Interface → the interface that has its getter, and the getter: it refuses other objects. */
const members: Readonly<Record<string, readonly [owner: string, getter: string]>> = {
  CryptoKey: ['CryptoKey', 'type'],
  FileSystemFileHandle: ['FileSystemHandle', 'kind'],
  FileSystemDirectoryHandle: ['FileSystemHandle', 'kind'],
  RTCCertificate: ['RTCCertificate', 'expires'],
}

/** Empty where nothing can be kept. Engine: a look at Node's class would load its cryptography. */
const getters = new Map(
  Object.entries(canKeep ? members : {}).map(([name, [owner, getter]]) => {
    // `as`: each may be missing in some runtime.
    const it = Reflect.get(globalThis, owner) as { prototype: object } | undefined
    return [name, getterOf<unknown>(it?.prototype, getter)]
  }),
)

/** Whether `value` is of the interface, one of those whose objects have no bytes. */
export function isObjectWithoutBytes(value: object, name: string): boolean {
  try {
    return getters.get(name)?.(value) !== undefined
  } catch {
    // The answer, not a failure.
    return false
  }
}
