/** Builds the type declarations of `dist/`: tsc makes them file by file, and those that no entry leads to are deleted. */
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { declarationOf, dist, typedSources } from './entries.mjs'

const require = createRequire(import.meta.url)

/** Writes the declarations that users see, for `import` and for `require`. */
export function buildTypes() {
  const types = join(dist, 'types')
  emitDeclarations(types)
  keepReachable(types)
  const typesForRequire = join(dist, 'types-cjs')
  cpSync(types, typesForRequire, { recursive: true })
  writeFileSync(join(typesForRequire, 'package.json'), '{ "type": "commonjs" }\n')
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

/** tsc leaves `.ts` in the import paths of declarations; a consumer resolves only `.js`. Gives the paths as they were. */
function importJavaScript(file) {
  const text = readFileSync(file, 'utf8')
  const importPath = /((?:from|import|import\() ?['"])(\.[^'"]*)\.ts(?=['"])/g
  writeFileSync(file, text.replace(importPath, '$1$2.js'))
  return [...text.matchAll(importPath)].map(([, , path]) => `${path}.ts`)
}
