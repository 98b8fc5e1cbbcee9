/** How the engine is compiled in Node: V8's own settings, and what a short program leaves to V8. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { compileEngine, ownBudget } from '../../../src/platform/compile-engine.ts'
import { bundleProgram } from '../../kit/server-program.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const wasm = readFileSync(join(root, 'node_modules/wa-sqlite/dist/wa-sqlite.wasm'))

afterEach(() => void vi.restoreAllMocks())

// Of other versions the budget to restore is not known.
describe.skipIf(ownBudget() === undefined)('in Node 20 to 26', () => {
  test("the budget that is put back is V8's own", () => {
    const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
    expect(options).toContain(`default: --wasm-tiering-budget=${ownBudget()}`)
  })

  test("validating at the first call is not V8's own way", () => {
    const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
    expect(options).toContain('default: --no-wasm-lazy-validation')
  })

  test("V8's own settings are put back once the engine is compiled", () => {
    const own = ownBudget()
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    expect(compileEngine(wasm)).toBeInstanceOf(WebAssembly.Module)
    expect(setFlags.mock.calls).toEqual([
      ['--wasm-tiering-budget=400000000'],
      ['--wasm-lazy-validation'],
      [`--wasm-tiering-budget=${own}`],
      ['--no-wasm-lazy-validation'],
    ])
  })

  test('they are put back when the engine cannot be compiled', () => {
    const own = ownBudget()
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    expect(() => compileEngine(new Uint8Array(8))).toThrow(WebAssembly.CompileError)
    expect(setFlags.mock.calls.slice(-2)).toEqual([
      [`--wasm-tiering-budget=${own}`],
      ['--no-wasm-lazy-validation'],
    ])
  })

  test('a budget that the user has chosen is left alone', () => {
    vi.spyOn(process, 'execArgv', 'get').mockReturnValue(['--wasm-tiering-budget=5'])
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    compileEngine(wasm)
    expect(setFlags).not.toHaveBeenCalled()
  })

  test('a short program ends without V8 having begun to optimize the engine', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-short-'))
    try {
      const output = await runShortProgram(folder)
      expect(output).toContain('stored 50')
      expect(output).toContain('using Liftoff')
      expect(output).not.toContain('using TurboFan')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** Stores 50 records in a new database on disk; what the program prints, V8's word on each compiled function included. */
async function runShortProgram(folder: string): Promise<string> {
  const script = join(folder, 'short.mjs')
  await bundleProgram(shortProgram(join(folder, 'data')), script)
  return execFileSync(process.execPath, ['--trace-wasm-compilation-times', script], {
    encoding: 'utf8',
  })
}

function shortProgram(path: string): string {
  return `
    import { createIndexedDB } from './src/index.ts'
    const request = createIndexedDB({ path: ${JSON.stringify(path)} }).open('short', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('s')
    request.onsuccess = () => {
      const transaction = request.result.transaction('s', 'readwrite')
      for (let key = 0; key < 50; key++) transaction.objectStore('s').put({ key }, key)
      transaction.oncomplete = () => console.log('stored 50')
    }
  `
}
