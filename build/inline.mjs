/** Builds the single file: `src/inline.ts` with the engine and the worker's script as text. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { toBase85 } from './base85.mjs'
import { needed } from './plugins.mjs'

/** A service worker may be a classic script once bundled: nothing may ask where the module lies, or load another. */
const common = {
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  define: { 'import.meta.url': '""' },
  logLevel: 'warning',
}

/** @param {{ wasmPath: string, outfile: string, target: string[] }} places */
export async function buildInline({ wasmPath, outfile, target }) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: ['src/worker.ts'],
    minify: true,
    write: false,
    target,
  })
  await build({
    ...common,
    // The engine is for bundles that load this file for its sake; no type speaks of it.
    stdin: {
      contents: `export * from './inline.ts'\nexport { gzippedEngine } from './platform/engine-gzip.ts'`,
      resolveDir: 'src',
      loader: 'ts',
    },
    conditions: ['inline'],
    minify: true,
    outfile,
    target,
    plugins: [inlined({ wasmPath, workerScript: outputFiles[0].text })],
  })
  const text = readFileSync(outfile, 'utf8')
  if (/\bimport\s*[.(]/.test(text.replace(/\/\*[^]*?\*\/|(['"`])(?:\\.|(?!\1)[^\\])*\1/g, ''))) {
    throw new Error(
      `${outfile} loads something or asks for its URL: a service worker cannot run it`,
    )
  }
}

/**
 * Fills the module `inlined:worker`, declared in `src/platform/inlined.d.ts`, and `src/platform/engine-gzip.ts`. Packing saves two fifths
 * of the engine's size, and more than half of the script's.
 */
function inlined({ wasmPath, workerScript }) {
  const packed = (bytes) => JSON.stringify(toBase85(gzipSync(bytes, { level: 9 })))
  const engine = packed(readFileSync(wasmPath))
  return needed('inlined', ({ onResolve, onLoad }) => {
    onResolve({ filter: /^inlined:worker$/ }, ({ path }) => ({ path, namespace: 'inlined' }))
    onLoad({ filter: /.*/, namespace: 'inlined' }, () => ({
      contents: `export const packedWorker = ${packed(workerScript)}`,
    }))
    onLoad({ filter: /[\\/]platform[\\/]engine-gzip\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      const contents = source.replace("packed: string = ''", () => `packed: string = ${engine}`)
      if (contents === source) throw new Error(`${path} has no place for the engine`)
      return { contents, loader: 'ts' }
    })
  })
}
