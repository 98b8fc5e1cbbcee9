/** Bytes that no one can foretell, and that Node loads nothing for. */
import { execFileSync } from 'node:child_process'
import fs, { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { randomBytes } from '../../../src/base/random-bytes.ts'
import { bundleProgram } from '../../kit/server-program.ts'

afterEach(() => void vi.restoreAllMocks())

describe('randomBytes(count)', () => {
  test('gives as many as are asked for, and others each time', () => {
    const all = Array.from({ length: 100 }, () => randomBytes(16))
    expect(all.every((bytes) => bytes.length === 16)).toBe(true)
    expect(new Set(all.map((bytes) => bytes.join())).size).toBe(100)
  })

  test('needs no file of the kernel', () => {
    vi.spyOn(fs, 'openSync').mockImplementation(() => {
      throw new Error('ENOENT')
    })
    expect(randomBytes(16).some((byte) => byte !== 0)).toBe(true)
  })

  test.runIf(process.platform === 'linux')('closes that file', () => {
    const close = vi.spyOn(fs, 'closeSync')
    const open = vi.spyOn(fs, 'openSync')
    randomBytes(1)
    expect(open).toHaveBeenCalledExactlyOnceWith('/dev/urandom', 'r')
    expect(close.mock.calls).toEqual(open.mock.results.map(({ value }) => [value]))
  })
})

test.runIf(process.platform === 'linux')(
  'a program that stores no keys loads nothing of the cryptography of Node',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-random-'))
    try {
      const script = join(folder, 'program.mjs')
      await bundleProgram(programOn(join(folder, 'data')), script)
      const output = execFileSync(process.execPath, [script], { encoding: 'utf8' })
      expect(JSON.parse(output)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

/** Prints what it has loaded, once it has stored a record. */
function programOn(path: string): string {
  return `
    import { createIndexedDB } from './src/index.ts'
    const request = createIndexedDB({ path: ${JSON.stringify(path)} }).open('random', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('s').put({ a: [1, 'b'] }, 1)
    request.onsuccess = () => {
      const loaded = process.moduleLoadList.map((it) => it.split(' ').at(-1))
      console.log(JSON.stringify(loaded.filter((it) => /^(crypto|internal.crypto.webcrypto)$/.test(it))))
      request.result.close()
    }
  `
}
