/** Builds the single file: `src/inline.ts` with the engine and the worker's script in Base64. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
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
    // The engine's text is for bundles that load this file for its sake; no type speaks of it.
    stdin: {
      contents: `export * from './inline.ts'\nexport { gzippedBase64 } from './platform/engine-gzip.ts'`,
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
 * Fills the module `inlined:worker`, declared in `src/platform/inlined.d.ts`, and `src/platform/engine-gzip.ts`. Packing saves a third of
 * the engine's size, and more than half of the script's, Base64 included.
 */
function inlined({ wasmPath, workerScript }) {
  const packed = (bytes) => gzipSync(bytes, { level: 9 }).toString('base64')
  return needed('inlined', ({ onResolve, onLoad }) => {
    onResolve({ filter: /^inlined:worker$/ }, ({ path }) => ({ path, namespace: 'inlined' }))
    onLoad({ filter: /.*/, namespace: 'inlined' }, () => ({
      contents: `export const gzippedWorker = '${packed(workerScript)}'`,
    }))
    onLoad({ filter: /[\\/]platform[\\/]engine-gzip\.ts$/ }, () => ({
      contents: `export const gzippedBase64 = '${packed(readFileSync(wasmPath))}'`,
    }))
  })
}
