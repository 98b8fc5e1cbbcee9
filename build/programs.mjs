/**
 * Builds what is used whole, into a folder of its own in `dist/`: programs with their libraries in them, and the terms that
 * those are under beside them. What they use of this package they load from the files that are there already.
 */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { dist, entries, fileNameOf, programFileOf, programs, target } from './entries.mjs'
import { bundledPackages } from './modules.mjs'
import { needed } from './plugins.mjs'

/** How each kind is built: a server's is loaded in parts, as they are needed; a page's is one file with its styles in it. */
const kinds = {
  node: {
    platform: 'node',
    conditions: ['node'],
    splitting: true,
    chunkNames: 'chunk-[hash]',
    // Libraries in CommonJS ask for Node's modules in their way.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)`,
    },
    target,
  },
  page: {
    platform: 'browser',
    conditions: ['browser'],
    // A program of its own: what its functions are called helps no caller.
    minifyIdentifiers: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'text', '.svg': 'text', '.html': 'text' },
    target: target.slice(0, 1),
  },
}

export async function buildPrograms() {
  for (const program of programs) await buildProgram(program)
}

async function buildProgram(program) {
  const { name, source, kind, command } = program
  const outdir = join(dist, name)
  const { metafile } = await build({
    entryPoints: { [basename(programFileOf(program), '.js')]: source },
    outdir,
    bundle: true,
    format: 'esm',
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 120,
    logLevel: 'warning',
    plugins: kind === 'node' ? [packageIsBeside] : [],
    ...kinds[kind],
  })
  if (command) chmodSync(programFileOf(program), 0o755)
  writeFileSync(join(outdir, 'THIRD_PARTY_LICENSES'), termsOf(bundledPackages(metafile)))
}

/** This package by its name, whose files lie one folder up: there once, and the same objects that a user's program has. */
const packageIsBeside = needed('package-is-beside', ({ onResolve }) => {
  onResolve({ filter: /^idb-everywhere(\/|$)/ }, ({ path }) => {
    const subpath = path.replace('idb-everywhere', '.')
    if (!(subpath in entries)) throw new Error(`${path} is no entry of the package`)
    return { path: `../${fileNameOf(subpath)}.js`, external: true }
  })
})

/** The terms of each library. @throws if one comes without */
function termsOf(packages) {
  const parts = packages.map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json')))
    const texts = readdirSync(directory).filter((file) =>
      /^(?:licen[cs]e|copying|notice)/i.test(file),
    )
    if (texts.length === 0) throw new Error(`${name} is bundled, but has no file with its terms`)
    const terms = texts.map((file) => readFileSync(join(directory, file), 'utf8').trim())
    return [`${name} ${version} (${license})`, ...terms].join('\n\n')
  })
  const rule = `\n\n${'='.repeat(78)}\n`
  return `Bundled into the files beside this one:${rule}${parts.join(rule)}\n`
}
