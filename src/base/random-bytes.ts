/**
 * Bytes that no one can foretell.
 *
 * Engine: for these Node loads all of its cryptography, which takes 6 ms of a program's first 100. The kernel, which it asks in the end,
 * has them in a file as well, where there is one.
 */

const kernelsFile = '/dev/urandom'

/** `count` random bytes. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count)
  return isFilledByKernel(bytes) ? bytes : crypto.getRandomValues(bytes)
}

function isFilledByKernel(bytes: Uint8Array): boolean {
  const { platform, versions } = globalThis.process ?? {}
  // Other runtimes have no such price, and Deno demands all its permissions for that file.
  if (platform !== 'linux' || versions?.['bun'] || versions?.['deno']) return false
  const fs = globalThis.process.getBuiltinModule?.('node:fs')
  if (!fs) return false
  try {
    const descriptor = fs.openSync(kernelsFile, 'r')
    try {
      const isDevice = fs.fstatSync(descriptor).isCharacterDevice()
      return isDevice && fs.readSync(descriptor, bytes) === bytes.length
    } finally {
      fs.closeSync(descriptor)
    }
  } catch {
    // Not permitted, or not there, as in a jail.
    return false
  }
}
