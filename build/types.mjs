/** Builds the type declarations of `dist/`: tsc makes them file by file, and those that no entry leads to are deleted. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { declarationOf, dist, typedSources } from './entries.mjs'

const require = createRequire(import.meta.url)

/**
 * Writes the declarations that users see: whole for `require`, and for `import` files that pass those on, since an ES module may import
 * CommonJS in every version of TypeScript, and not the other way round. So a type is the same for both.
 */
export function buildTypes() {
  const types = join(dist, 'types-cjs')
  emitDeclarations(types)
  keepReachable(types)
  writeFileSync(join(types, 'package.json'), '{ "type": "commonjs" }\n')
  for (const source of typedSources()) passOn(types, declarationOf(source))
}

/** Writes the declarations of an entry for `import`. */
function passOn(types, name) {
  const file = join(dist, 'types', name)
  const path = relative(dirname(file), join(types, name)).replace(/\.d\.ts$/, '.js')
  const text = readFileSync(join(types, name), 'utf8')
  // In CommonJS a default export is one name among others, so it has to be named.
  const [, asDefault] = /^export default (\w+);$/m.exec(text) ?? []
  const lines = [`export * from '${path}'`]
  if (asDefault) lines.push(`export { ${asDefault} as default } from '${path}'`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, lines.join('\n') + '\n')
}

/** Declarations of the entries and of what they reach; the configuration lists files, so it is written for the run. */
function emitDeclarations(outDir) {
  const configuration = join(dist, 'tsconfig.json')
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: {
        rootDir: '..',
        outDir: relative(dist, outDir),
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
      },
      // The declarations of what comes without its own.
      include: ['../src/**/*.d.ts', '../inspector/**/*.d.ts'],
      files: typedSources().map((source) => `../${source}`),
    }),
  )
  const typescript = dirname(require.resolve('typescript/package.json'))
  execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '--project', configuration], {
    stdio: 'inherit',
  })
  rmSync(configuration)
}

/** Deletes the declarations that no entry leads to: those of the classes that implement the public types. */
function keepReachable(types) {
  const reachable = new Set()
  for (const source of typedSources()) visit(join(types, declarationOf(source)))
  for (const name of readdirSync(types, { recursive: true })) {
    if (name.endsWith('.d.ts') && !reachable.has(join(types, name))) rmSync(join(types, name))
  }

  function visit(file) {
    if (reachable.has(file)) return
    reachable.add(file)
    for (const path of importJavaScript(file)) visit(join(dirname(file), declarationOf(path)))
  }
}

/**
 * tsc leaves `.ts` in the import paths of declarations; a consumer resolves only `.js`. Gives the paths as they were. tsc also indents by
 * four spaces; half of that weighs less.
 */
function importJavaScript(file) {
  const text = readFileSync(file, 'utf8')
  const importPath = /((?:from|import|import\() ?['"])(\.[^'"]*)\.ts(?=['"])/g
  const indented = text.replace(/^(?: {4})+/gm, (spaces) => spaces.slice(spaces.length / 2))
  writeFileSync(file, indented.replace(importPath, '$1$2.js'))
  return [...text.matchAll(importPath)].map(([, , path]) => `${path}.ts`)
}
