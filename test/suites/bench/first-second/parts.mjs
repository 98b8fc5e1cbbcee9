/**
 * Where the time of the first open goes: watches the engine from outside, through the functions of the platform that start it and those
 * that it exports. Only loaded where the parts are wanted, since watching takes time as well.
 */

/**
 * @param {{ exec: string, prepare: string, step: string, memory: string }} names of the engine's exports
 * @returns milliseconds of each part until `end()`
 */
export function watchEngine(names) {
  const parts = { compileMs: 0, instantiateMs: 0, pragmasMs: 0, statementsMs: 0 }
  let isOver = false
  const timed = (part, work) => {
    const start = performance.now()
    const note = (result) => {
      if (!isOver) parts[part] += performance.now() - start
      return result
    }
    const result = work()
    return result instanceof Promise ? result.then(note) : note(result)
  }
  watchCompilation(timed)
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = timed('instantiateMs', () => Reflect.construct(target, args))
      return { exports: watchStatements(instance.exports, names, timed) }
    },
  })
  Object.defineProperty(parts, 'end', { value: () => (isOver = true) })
  return parts
}

function watchCompilation(timed) {
  const { compile } = WebAssembly
  WebAssembly.compile = (bytes) => timed('compileMs', () => compile(bytes))
  WebAssembly.Module = new Proxy(WebAssembly.Module, {
    construct: (target, args) => timed('compileMs', () => Reflect.construct(target, args)),
  })
}

/** The exports, of which those that run statements are timed. */
function watchStatements(exports, { exec, prepare, step, memory }, timed) {
  const partOf = (text) => (/^\s*PRAGMA/i.test(text) ? 'pragmasMs' : 'statementsMs')
  const textAt = (pointer) => {
    const bytes = new Uint8Array(exports[memory].buffer)
    return String.fromCharCode(...bytes.subarray(pointer, bytes.indexOf(0, pointer)))
  }
  const wordAt = (pointer) => new DataView(exports[memory].buffer).getUint32(pointer, true)
  const parts = new Map()
  return {
    ...exports,
    [exec]: (...args) => timed(partOf(textAt(args[1])), () => exports[exec](...args)),
    [prepare](...args) {
      const part = partOf(textAt(args[1]))
      const result = timed(part, () => exports[prepare](...args))
      parts.set(wordAt(args[4]), part)
      return result
    },
    [step]: (statement) =>
      timed(parts.get(statement) ?? 'statementsMs', () => exports[step](statement)),
  }
}
