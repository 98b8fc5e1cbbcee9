/** How the engine is compiled in Node: V8's own settings, and what short and long programs leave to V8. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { beginEngine, compileEngine, ownBudget } from '../../../src/platform/compile-engine.ts'
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

  test("V8's own way of validating is put back once the engine is compiled", () => {
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    expect(compileEngine(wasm)).toBeInstanceOf(WebAssembly.Module)
    expect(setFlags.mock.calls).toEqual([['--wasm-lazy-validation'], ['--no-wasm-lazy-validation']])
  })

  test('it is put back when the engine cannot be compiled', () => {
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    expect(() => compileEngine(new Uint8Array(8))).toThrow(WebAssembly.CompileError)
    expect(setFlags.mock.calls.at(-1)).toEqual(['--no-wasm-lazy-validation'])
  })

  test("V8's own budget is put back once the engine has begun, and when it could not", () => {
    const own = Number(ownBudget())
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    const calls = [
      [`--wasm-tiering-budget=${Math.floor(own / 1600)}`],
      [`--wasm-tiering-budget=${own}`],
    ]
    beginEngine(() => expect(setFlags.mock.calls).toEqual(calls.slice(0, 1)))
    expect(setFlags.mock.calls).toEqual(calls)
    const fail = (): void => {
      throw new Error('it could not')
    }
    expect(() => beginEngine(fail)).toThrow('it could not')
    expect(setFlags.mock.calls).toEqual([...calls, ...calls])
  })

  test('a budget that the user has chosen is left alone', () => {
    vi.spyOn(process, 'execArgv', 'get').mockReturnValue(['--wasm-tiering-budget=5'])
    const setFlags = vi.spyOn(v8, 'setFlagsFromString')
    compileEngine(wasm)
    const work = vi.fn()
    beginEngine(work)
    expect(work).toHaveBeenCalledOnce()
    expect(setFlags).not.toHaveBeenCalled()
  })

  test("a short program ends without V8 having begun to optimize the engine's large functions", async () => {
    const { compiled, optimized } = await traceProgram(50)
    expect(Math.max(...compiled)).toBeGreaterThan(30_000)
    expect(Math.max(0, ...optimized)).toBeLessThan(10_000)
  })

  test('of a longer program V8 optimizes more than the large functions', async () => {
    const { optimized } = await traceProgram(20_000)
    expect(optimized.length).toBeGreaterThan(10)
  })
})

/** Stores records in a new database on disk; the sizes of the functions that V8 says it has compiled, and optimized. */
async function traceProgram(recordCount: number) {
  const folder = mkdtempSync(join(tmpdir(), 'idb-everywhere-compiled-'))
  try {
    const script = join(folder, 'program.mjs')
    await bundleProgram(storingProgram(join(folder, 'data'), recordCount), script)
    const output = execFileSync(process.execPath, ['--trace-wasm-compilation-times', script], {
      encoding: 'utf8',
    })
    expect(output).toContain(`stored ${recordCount}`)
    const sizesOf = (compiler: string): number[] =>
      Array.from(
        output.matchAll(new RegExp(`using ${compiler}, .* bodysize (\\d+) `, 'g')),
        ([, size]) => Number(size),
      )
    return { compiled: sizesOf('Liftoff'), optimized: sizesOf('TurboFan') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function storingProgram(path: string, recordCount: number): string {
  return `
    import { createIndexedDB } from './src/index.ts'
    const request = createIndexedDB({ path: ${JSON.stringify(path)} }).open('records', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('s')
    request.onsuccess = () => {
      const transaction = request.result.transaction('s', 'readwrite')
      for (let key = 0; key < ${recordCount}; key++) transaction.objectStore('s').put({ key }, key)
      transaction.oncomplete = () => console.log('stored ${recordCount}')
    }
  `
}
