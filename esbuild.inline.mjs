/** Builds the single file: `src/index-inline.ts` with the engine in Base64 and the worker's script as text. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

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
    entryPoints: ['src/index-inline.ts'],
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

/** A third of the engine's size is saved by packing it, Base64 included. */
export function gzippedBase64Of(path) {
  return gzipSync(readFileSync(path), { level: 9 }).toString('base64')
}

/** Gives the modules `inlined:engine` and `inlined:worker`, declared in `src/inlined.d.ts`. */
function inlined({ wasmPath, workerScript }) {
  const modules = {
    'inlined:engine': () => ({ gzippedBase64: gzippedBase64Of(wasmPath) }),
    'inlined:worker': () => ({ workerScript }),
  }
  return {
    name: 'inlined',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^inlined:/ }, ({ path }) => ({ path, namespace: 'inlined' }))
      onLoad({ filter: /.*/, namespace: 'inlined' }, ({ path }) => ({
        contents: Object.entries(modules[path]())
          .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)}`)
          .join('\n'),
      }))
    },
  }
}
