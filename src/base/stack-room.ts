/**
 * Room on the stack. A call that ran out of stack half-way would leave its transaction, the queues or the engine between
 * two states; so each one looks, before it changes anything, whether there is room for all it may do.
 *
 * No platform says how much is left: one can only go down and see. A function of WebAssembly makes that cheap. Its frame has
 * room for the results of a function that it might call, and they may be 1,000 of 16 bytes each, so that few calls go a
 * long way down without writing anything. Where there is no WebAssembly yet, a recursion goes the same way in many small steps.
 */

/** 16 KB each. What the deepest call takes, cold, is about 30 KB; and V8 compiles no function with less than 40 KB left. */
const wasmLevels = 6
/** At least 64 bytes each, in every engine. */
const scriptLevels = 800
/** This many looks cost less than the compilation. */
const looksBeforeCompiling = 50

let looksLeft = looksBeforeCompiling
/** Whether WebAssembly may be compiled here: a page's policy may forbid it, and report the attempt. */
let mayCompile = typeof globalThis.process?.nextTick === 'function'

let lookDown = (): void => {
  descend(scriptLevels)
  if (mayCompile && --looksLeft <= 0) lookDown = compiledLook() ?? plainLook
}

/** @throws what the platform throws at the end of the stack (most: RangeError), when there is not enough room for any call. */
export function assertStackRoom(): void {
  lookDown()
}

/** The engine runs in this thread, or in a worker of it: WebAssembly is allowed. */
export function allowWebAssembly(): void {
  mayCompile = true
}

function plainLook(): void {
  descend(scriptLevels)
}

/** The sum keeps the call from being the last thing done, and its frame in place. */
function descend(levels: number): number {
  return levels === 0 ? 0 : descend(levels - 1) + 1
}

/** null where the platform lacks what it takes. */
function compiledLook(): (() => void) | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()))
    const wasmDescend = exports['descend'] as (levels: number) => void // As the bytes say.
    return () => wasmDescend(wasmLevels)
  } catch (error) {
    // Its numbers of 128 bits are younger than the rest of it.
    if (error instanceof WebAssembly.CompileError) return null
    throw error
  }
}

/**
 * In WebAssembly's text form:
 *
 *     (func $descend (export "descend") (param i32)
 *       (if (i32.lt_s (local.get 0) (i32.const 0)) (then (call $many) (drop) …))
 *       (if (local.get 0) (then (call $descend (i32.sub (local.get 0) (i32.const 1))))))
 *     (func $many (result v128 …) (nop) … (unreachable))
 *
 * Without the `nop`s it would be inlined, and need no room.
 */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const resultCount = 1000 // The most a function may have.
  const [i32, v128] = [0x7f, 0x7b]
  const dropAll = new Uint8Array(resultCount).fill(0x1a)
  const many = [...leb(resultCount), ...new Uint8Array(resultCount).fill(v128)]
  const ifNegative = [0x20, 0, 0x41, 0, 0x48, 0x04, 0x40, 0x10, 1, ...dropAll, 0x0b]
  const goDown = [0x20, 0, 0x04, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x0b]
  const longBody = [...new Uint8Array(700).fill(0x01), 0x00, 0x0b]
  const types = [2, 0x60, 1, i32, 0, 0x60, 0, ...many]
  const exported = [...'descend'].map((letter) => letter.charCodeAt(0))
  const code = [2, ...sized([0, ...ifNegative, ...goDown, 0x0b]), ...sized([0, ...longBody])]
  const sections: [id: number, contents: number[]][] = [
    [1, types],
    [3, [2, 0, 1]],
    [7, [1, ...sized(exported), 0, 0]],
    [10, code],
  ]
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  return Uint8Array.from([...header, ...sections.flatMap(([id, it]) => [id, ...sized(it)])])
}

function sized(contents: readonly number[]): number[] {
  return [...leb(contents.length), ...contents]
}

/** Below 2^14: one byte or two. */
function leb(count: number): number[] {
  return count < 0x80 ? [count] : [(count & 0x7f) | 0x80, count >> 7]
}
