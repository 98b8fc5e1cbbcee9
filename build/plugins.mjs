/** What the builds change of the sources. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileNameOf, inlineEntry, wasm } from './entries.mjs'

/**
 * A plugin whose callbacks must all have been called by the end of the build: one that looks for a file which has been moved
 * would change nothing without a word.
 */
export function needed(name, register) {
  return {
    name,
    setup({ onLoad, onResolve, onEnd }) {
      const unused = new Set()
      const noting = (on) => (options, callback) => {
        unused.add(options.filter)
        on(options, (args) => {
          unused.delete(options.filter)
          return callback(args)
        })
      }
      register({ onLoad: noting(onLoad), onResolve: noting(onResolve) })
      onEnd(() => ({
        errors: [...unused].map((filter) => ({
          text: `Plugin "${name}" has met nothing that matches ${filter}: it lies elsewhere or has another name`,
        })),
      }))
    },
  }
}

/** Small modules that nearly every entry leads to, and that have no effect by being loaded. */
const basics = [
  'src/arguments/memory-path.ts',
  'src/base/own-property.ts',
  'src/base/stack-room.ts',
  'src/base/workerd.ts',
  'src/bytes/byte-arena.ts',
  'src/bytes/byte-reader.ts',
  'src/bytes/byte-writer.ts',
  'src/errors.ts',
  'src/events/report-exception.ts',
  'src/event-loop/receive-messages.ts',
  'src/event-loop/turn.ts',
  'src/files/file-name-pattern.ts',
  'src/files/vfs.ts',
  'src/keys/evaluate-key-path.ts',
  'src/membership/browser/web-locks.ts',
  'src/membership/session/reasons.ts',
  'src/monitor/monitor.ts',
  'src/options/default-path.ts',
  'src/base/describe-value.ts',
  'src/port/stream/gathering.ts',
  'src/storage/schema.ts',
  'src/storage/storage.ts',
  'vfs/clock.ts',
  'vfs/file-name.ts',
]

/** What a build has to inject, for that they are in one file, which every entry loads: a page has fewer files to fetch. */
export const injectedBasics = 'basics'

export const basicsAreTogether = needed('basics-are-together', ({ onResolve, onLoad }) => {
  const paths = new Set(basics.map((path) => resolve(path)))
  onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
    const file = resolve(resolveDir, path)
    // An import for nothing but effects is dropped unless there may be some.
    return paths.has(file) ? { path: file, sideEffects: true } : undefined
  })
  onResolve({ filter: new RegExp(`^${injectedBasics}$`) }, ({ path }) => ({
    path,
    namespace: injectedBasics,
  }))
  onLoad({ filter: /.*/, namespace: injectedBasics }, () => ({
    contents: basics.map((path) => `import './${path}'`).join('\n'),
    resolveDir: resolve('.'),
  }))
})

/** The platforms' sources find the `.wasm` in the engine's own package; built files find it beside themselves. */
export const wasmIsBeside = needed('wasm-is-beside', ({ onLoad }) => {
  onLoad({ filter: /[\\/]src[\\/]platform[\\/](?:node|engine-beside)\.ts$/ }, ({ path }) => {
    const text = readFileSync(path, 'utf8')
    const contents = text.replace(/(['"])[^'"\n]*\/wa-sqlite\.wasm\1/, `'./${wasm}'`)
    if (contents === text) throw new Error(`${path} does not say where the engine is`)
    return { contents, loader: 'ts' }
  })
})

/**
 * Node's modules whose import as ES modules takes longer than they do: it asks each for all that it exports, which for these loads streams,
 * web crypto and more → what is used of it by name.
 */
const costly = {
  'node:buffer': ['Buffer'],
  'node:crypto': ['createHash', 'randomBytes', 'randomUUID', 'timingSafeEqual'],
  'node:fs': ['readdirSync', 'readFileSync', 'statSync'],
  'node:process': [],
  'node:worker_threads': ['parentPort', 'threadId', 'Worker'],
}

/** Has them asked for by name instead, as every supported runtime can; nothing is lost, since none of them is ever bundled. */
export const builtinsAreAsked = needed('builtins-are-asked', ({ onResolve, onLoad }) => {
  onResolve({ filter: /^node:(?:buffer|crypto|fs|process|worker_threads)$/ }, ({ path }) => ({
    path,
    namespace: 'builtin',
    sideEffects: false,
  }))
  onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
    contents: builtin(path, costly[path]),
  }))
})

function builtin(path, names) {
  if (path === 'node:process') return 'export default globalThis.process'
  const name = path.slice('node:'.length)
  const module = `const ${name} = globalThis.process.getBuiltinModule('${path}')`
  const ofNames = names.map((it) => `export const { ${it} } = ${name}`)
  return [module, `export default ${name}`, ...ofNames].join('\n')
}

/** The engine as text is in the package once: in the single file, which is loaded where a bundler has dropped the `.wasm`. */
export const engineTextIsInline = needed('engine-text-is-inline', ({ onResolve }) => {
  const path = `./${fileNameOf(inlineEntry.subpath)}.js`
  onResolve({ filter: /\/engine-gzip\.ts$/ }, () => ({ path, external: true }))
})

/**
 * Keeps each file a file: an import of `./chunk.js` becomes one of `./chunk.cjs`, all others stay as they are. What is
 * imported dynamically exists once, as an ES module.
 */
export const everyImportStays = {
  name: 'every-import-stays',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined
      const isTwin = path.startsWith('./') && kind !== 'dynamic-import'
      return { path: isTwin ? path.replace(/\.js$/, '.cjs') : path, external: true }
    })
  },
}
