/** The reference: a page for each thing that an entry point exports, from its docstring. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entries, inlineEntry, programs } from '../../build/entries.mjs'

/** Imported for what they do, or scripts of their own: they export nothing. */
const withoutExports = /auto|worker|^\.\/testing\/|inline/

/** Writes `api/` among the staged pages. */
export function writeReference({ root, tools, stage }) {
  const folder = join(stage, 'entries')
  const sources = { ...entries, [inlineEntry.subpath]: inlineEntry.source }
  for (const { subpath, source } of programs) if (subpath) sources[subpath] = source
  const files = Object.entries(sources)
    .filter(([subpath]) => !withoutExports.test(subpath))
    .map(([subpath, source]) => writeEntry({ root, folder, subpath, source }))
  const options = join(stage, 'typedoc.json')
  writeFileSync(options, JSON.stringify(optionsFor({ root, stage, folder, files })))
  execFileSync(
    process.execPath,
    [join(tools, 'node_modules/typedoc/bin/typedoc'), '--options', options],
    {
      cwd: tools,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
}

/** A module by the name under which it is imported, with what its source says about itself. */
function writeEntry({ root, folder, subpath, source }) {
  const file = join(folder, subpath === '.' ? 'index.ts' : `${subpath.slice(2)}.ts`)
  mkdirSync(dirname(file), { recursive: true })
  const [, about = ''] = /^\/\*\*([^]*?)\*\//.exec(readFileSync(join(root, source), 'utf8')) ?? []
  const name = subpath === '.' ? 'idb-everywhere' : `idb-everywhere/${subpath.slice(2)}`
  writeFileSync(
    file,
    `/**${about}\n * @module ${name}\n */\nexport * from '${join(root, source)}'\n`,
  )
  return file
}

function optionsFor({ root, stage, folder, files }) {
  const tsconfig = join(folder, 'tsconfig.json')
  writeFileSync(
    tsconfig,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
      include: [folder],
      exclude: [],
    }),
  )
  return {
    entryPoints: files,
    tsconfig,
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    out: join(stage, 'api'),
    docsRoot: stage,
    readme: 'none',
    name: 'Interface',
    entryFileName: 'index',
    sourceLinkTemplate: 'https://github.com/idb-everywhere/idb-everywhere/blob/main/{path}#L{line}',
    basePath: root,
    displayBasePath: root,
    gitRevision: 'main',
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    skipErrorChecking: true,
    disableGit: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    indexFormat: 'table',
    pageTitleTemplates: { index: '{projectName}', module: '{name}', member: '{name}' },
    logLevel: 'Error',
  }
}
