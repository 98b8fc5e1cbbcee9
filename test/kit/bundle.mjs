/**
 * Makes TypeScript sources of ours runnable in every runtime, Node 20 too: bundled into a temporary directory that
 * lasts as long as the process. A suite of its own script uses it; vitest has its own way.
 */
import { copyFile, mkdir, mkdtemp, symlink } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)

/**
 * Bundles the entry points, paths from the project's root. What two of them share exists once.
 * @returns a function from an entry point to the path of its bundle
 */
async function bundle(entryPoints) {
  const root = await mkdtemp(join(tmpdir(), 'idb-everywhere-suite-'))
  process.on('exit', () => rmSync(root, { recursive: true, force: true }))
  // The sources expect the engine where it lies from `src/platform/`: in the package's folder, two up.
  const engine = join(root, 'node_modules/wa-sqlite/dist')
  await mkdir(engine, { recursive: true })
  await copyFile(require.resolve('wa-sqlite/dist/wa-sqlite.wasm'), join(engine, 'wa-sqlite.wasm'))
  // Loaded where a server is asked for, and found from there.
  await symlink(dirname(require.resolve('pg/package.json')), join(root, 'node_modules/pg'))
  const outdir = join(root, 'src/bundle')
  await build({
    entryPoints: Object.fromEntries(entryPoints.map((path) => [nameOf(path), path])),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*', 'bun:*', 'pg'],
    target: 'node20.19',
    logLevel: 'warning',
  })
  return (path) => join(outdir, `${nameOf(path)}.mjs`)
}

/** Bundles one file and imports it; `children` are bundled beside it and found by their paths. */
export async function importBundled(path, children = []) {
  const pathOf = await bundle([path, ...children])
  return { module: await import(pathToFileURL(pathOf(path)).href), pathOf }
}

/** The value of `--name value` on the command line, true for a bare `--name`; undefined when it is not there. */
export function flag(name) {
  const at = process.argv.indexOf(`--${name}`)
  if (at < 0) return undefined
  const value = process.argv[at + 1]
  return value === undefined || value.startsWith('--') ? true : value
}

const nameOf = (path) => `${basename(join(path, '../..'))}-${basename(path, '.ts')}`
