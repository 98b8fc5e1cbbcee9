/**
 * What is loaded together is in one file. The bundler makes a file of those modules that the same entries lead to, so that an entry that
 * needs a part of another one would cut that into two: here it is made to lead to the whole.
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

const namespace = 'together'

/**
 * @param {{ common: string[], members: string[] }[]} families `members`: the names of entry points, and the sources of modules that are
 *   loaded later, none of which is used without those in `common`; each is made to lead to all modules that every one of these leads to.
 *   A member of two families leads to those of both
 * @param {Record<string, string>} entryPoints of the build: name → source
 * @param {import('esbuild').Metafile} metafile of a build of these entry points
 * @returns {{ entryPoints: Record<string, string>, plugin: import('esbuild').Plugin }} what to build instead, and the plugin for that
 * @throws Error for a member that is no entry point, and no module that is loaded later
 */
export function together(families, entryPoints, { inputs }) {
  const idOf = (name) => idIn(inputs, entryPoints[name] ?? name)
  const shared = new Map()
  for (const { common, members } of families) {
    const modules = sharedBy(common.map(idOf), inputs)
    for (const id of members.map(idOf)) shared.set(id, [...(shared.get(id) ?? []), ...modules])
  }
  const wrapped = Object.entries(entryPoints).map(([name, source]) => {
    const id = idIn(inputs, source)
    return [name, shared.has(id) ? `${namespace}:${id}` : source]
  })
  return { entryPoints: Object.fromEntries(wrapped), plugin: pluginFor(shared) }
}

/** What the metafile calls a source. */
function idIn(inputs, source) {
  const [, prefix = '', path] = /^(\w+:)?(.*)$/.exec(source)
  const id = [prefix + resolve(path), relative('.', path)].find((it) => it in inputs)
  if (id === undefined) throw new Error(`build/entries.mjs: ${source} is in no file of the build`)
  return id
}

/** The modules that each of these leads to as it loads. */
function sharedBy(ids, inputs) {
  const [first, ...others] = ids.map((id) => {
    const found = new Set([id])
    for (const it of found) {
      for (const { path, kind } of inputs[it].imports) {
        if (kind === 'import-statement' && path in inputs && !isLibrary(path)) found.add(path)
      }
    }
    return found
  })
  return [...first].filter((id) => others.every((found) => found.has(id)))
}

/** Our own lead to them, as they do to what the build makes up. */
function isLibrary(path) {
  return /node_modules|^(?!page:)\w+:/.test(path)
}

/** `shared`: member → what it is to lead to. */
function pluginFor(shared) {
  const needed = new Set([...shared.keys(), ...[...shared.values()].flat()])
  return {
    name: 'together',
    setup(build) {
      // An import for nothing but effects is dropped unless there may be some.
      const found = (path, to) => ({ path: resolve(path), namespace: to, sideEffects: true })
      build.onResolve({ filter: /^together:/ }, ({ path }) => ({
        path: path.slice(namespace.length + 1),
        namespace,
      }))
      build.onResolve({ filter: /.*/, namespace }, ({ path }) => {
        const [, to = 'file', file] = /^(?:(\w+):)?(.*)$/.exec(path)
        return found(file, to)
      })
      build.onResolve({ filter: /^[.#]/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === namespace) return undefined
        const module = await build.resolve(path, { ...from, pluginData: namespace })
        if (module.errors.length > 0 || module.external) return undefined
        const prefix = module.namespace === 'file' ? '' : `${module.namespace}:`
        const id = prefix === '' ? relative('.', module.path) : prefix + module.path
        if (from.kind === 'dynamic-import' && shared.has(id)) return { path: id, namespace }
        return needed.has(id) ? found(module.path, module.namespace) : undefined
      })
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: wrapperOf(path, shared.get(path)),
        resolveDir: resolve('.'),
      }))
    },
  }
}

function wrapperOf(id, modules) {
  const text = readFileSync(id.replace(/^\w+:/, ''), 'utf8')
  const defaultToo = /^export default /m.test(text) ? `export { default } from '${id}'\n` : ''
  const imports = modules.map((it) => `import '${it}'\n`).join('')
  return `export * from '${id}'\n${defaultToo}${imports}`
}
