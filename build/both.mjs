/**
 * Servers and pages in one build: the few modules that lead to an import condition of package.json (`#platform`) are in it for each,
 * all others once for both.
 */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const namespace = 'page'

/** The entry point that builds a source for pages. */
export const forPages = (source) => `${namespace}:${source}`

/**
 * What the sources, those that pages can use, are made of.
 *
 * @param {string[]} sources
 * @param {import('esbuild').BuildOptions} options of the build
 * @returns {Promise<{ differs(source: string): boolean, plugin: import('esbuild').Plugin }>} whether pages need a source built
 *   for them, and the plugin that does so for the entry points of `forPages`
 */
export async function pagesOf(sources, options) {
  const { metafile } = await build({
    ...options,
    entryPoints: sources,
    conditions: ['browser'],
    write: false,
  })
  const { inputs } = metafile
  const differing = modulesThatDiffer(inputs)
  return { differs: (source) => differing.has(source), plugin: pluginFor(inputs, differing) }
}

/** The paths of the modules that lead to an import condition. */
function modulesThatDiffer(inputs) {
  const found = new Set()
  let before
  do {
    before = found.size
    for (const [path, { imports }] of Object.entries(inputs)) {
      const leadsThere = ({ path: to, original }) => original?.startsWith('#') || found.has(to)
      if (imports.some(leadsThere)) found.add(path)
    }
  } while (found.size > before)
  return found
}

/** `inputs`: what each module imports in pages. */
function pluginFor(inputs, differing) {
  const moduleAt = (path) => ({
    path: resolve(path),
    namespace: differing.has(path) ? namespace : 'file',
  })
  return {
    name: 'for-pages',
    setup({ onResolve, onLoad, onEnd }) {
      onResolve({ filter: /^page:/ }, ({ path }) => moduleAt(path.slice(namespace.length + 1)))
      onResolve({ filter: /.*/, namespace }, ({ path, importer }) => {
        const { imports } = inputs[relative('.', importer)]
        const found = imports.find(({ original }) => original === path)
        return found && moduleAt(found.path)
      })
      onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: readFileSync(path, 'utf8'),
        resolveDir: dirname(path),
        loader: 'ts',
      }))
      // A library may have files of its own for browsers, which a module for both would not import.
      onEnd(({ metafile }) => ({
        errors: Object.keys(inputs)
          .filter(
            (path) => !(path in metafile.inputs || forPages(resolve(path)) in metafile.inputs),
          )
          .map((path) => ({
            text: `Pages would have ${path}, which is not in the build for both`,
          })),
      }))
    },
  }
}
