/** What a page loads of the installed package: bundled for a browser and minified, as sites do, and compressed, as servers do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * @param {string} project the directory in whose `node_modules` the package is
 * @returns {Promise<{ what: string, bytes: number, gzippedBytes: number }[]>}
 */
export async function measurePage(project) {
  const installed = join(project, 'node_modules/idb-everywhere/dist')
  const { first: page, later } = await splitForPage(project, `export * from 'idb-everywhere'`)
  const worker = await bundleForPage(project, `import 'idb-everywhere/worker'`)
  const engine = readFileSync(join(installed, 'wa-sqlite.wasm'))
  const scripts = Buffer.concat([page, worker])
  return [
    sizesOf('the script of the page', page),
    sizesOf('what it loads to host databases itself, in memory, say', later),
    sizesOf('the script of the worker that hosts the engine', worker),
    sizesOf('the engine (`.wasm`)', engine),
    { ...sizesOf('all without the engine', scripts), gzippedBytes: gzipped(page, worker) },
    {
      ...sizesOf('all', Buffer.concat([scripts, engine])),
      gzippedBytes: gzipped(page, worker, engine),
    },
    sizesOf('the single file, engine included', readFileSync(join(installed, 'inline.js'))),
  ]
}

/** @throws Error for anything in a page's script that only Node has; what `getBuiltinModule` is asked for may be missing. */
export async function checkPageIsFreeOfNode(project) {
  for (const code of [`export * from 'idb-everywhere'`, `import 'idb-everywhere/worker'`]) {
    const text = String(await bundleForPage(project, code))
    const probed = text.replaceAll(/getBuiltinModule(\?\.)?\(['"`]node:\w+['"`]\)/g, '')
    const found = probed.match(/['"`]node:|\brequire\(|\b__dirname\b|owner\.json|fdatasync/)
    if (found) throw new Error(`A page's script has ${found[0]}`)
  }
}

/** Each file takes a page a request, and a server a third of a millisecond. */
const mostFiles = 10

/** @throws Error when more files than that are loaded before a program's first line */
export async function checkFewFiles(project) {
  for (const condition of ['node', 'browser']) {
    const { metafile } = await build({
      ...optionsFor(project, `export * from 'idb-everywhere'`),
      conditions: [condition],
      external: ['node:*'],
      absWorkingDir: project,
      metafile: true,
    })
    const files = new Set(['<stdin>'])
    for (const file of files) {
      for (const { path, kind } of metafile.inputs[file].imports) {
        if (kind === 'import-statement' && path in metafile.inputs) files.add(path)
      }
    }
    const count = files.size - 1
    if (count > mostFiles) throw new Error(`${count} files are loaded under "${condition}"`)
  }
}

/** @throws Error when a document's table of sizes is more than a tenth off. */
export function checkStatedSizes(sizes, document) {
  for (const { what, bytes, gzippedBytes } of sizes) {
    const row = document.split('\n').find((line) => line.split('|')[1]?.trim() === what)
    const stated = row?.match(/\d+(?= kB)/g)?.map((kilobytes) => Number(kilobytes) * 1000)
    const isRight = [bytes, gzippedBytes].every((size, i) => Math.abs(stated?.[i] / size - 1) < 0.1)
    if (!isRight)
      throw new Error(
        `The table of sizes must say of ${what}: ${columnsOf({ bytes, gzippedBytes })}`,
      )
  }
}

/** One line for each. */
export function tableOf(sizes) {
  return sizes.map((size) => `${size.what}: ${columnsOf(size)}`).join('\n')
}

const columnsOf = ({ bytes, gzippedBytes }) =>
  `${Math.round(bytes / 1000)} kB, gzipped ${Math.round(gzippedBytes / 1000)} kB`

const sizesOf = (what, content) => ({
  what,
  bytes: content.length,
  gzippedBytes: gzipped(content),
})

const gzipped = (...files) =>
  files.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0)

/** All in one file. */
async function bundleForPage(project, contents) {
  const { outputFiles } = await build(optionsFor(project, contents))
  return Buffer.from(outputFiles[0].contents)
}

/** What a page loads first, and what it loads later, when it is needed. */
async function splitForPage(project, contents) {
  const outdir = join(project, 'pages')
  const options = { ...optionsFor(project, contents), splitting: true, outdir, metafile: true }
  const { outputFiles, metafile } = await build({ ...options, absWorkingDir: project })
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [join(project, path), output]),
  )
  const first = new Set(
    [...outputs].filter(([, { entryPoint }]) => entryPoint === '<stdin>').map(([path]) => path),
  )
  for (const path of first) {
    for (const { path: imported, kind } of outputs.get(path).imports) {
      if (kind === 'import-statement') first.add(join(project, imported))
    }
  }
  const partOf = (isFirst) =>
    Buffer.concat(
      outputFiles.filter(({ path }) => first.has(path) === isFirst).map((it) => it.contents),
    )
  return { first: partOf(true), later: partOf(false) }
}

const optionsFor = (project, contents) => ({
  stdin: { contents, resolveDir: project },
  conditions: ['browser'],
  bundle: true,
  minify: true,
  format: 'esm',
  write: false,
  logLevel: 'error',
})
