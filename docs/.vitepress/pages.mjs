/**
 * The pages of the site in the order of its sidebar: group → path within docs/ → title. Every page is here: `npm run check` says which
 * is not.
 */
export const groups = [
  {
    title: 'Start',
    pages: {
      'getting-started.md': 'Getting started',
      'migrating.md': 'Moving from something else',
      'faq.md': 'Questions',
    },
  },
  {
    title: 'Recipes',
    pages: {
      'recipes/dexie-on-a-server.md': 'Dexie on a server',
      'testing.md': 'In tests',
      'recipes/nextjs-and-vite.md': 'Next.js and Vite',
      'recipes/electron.md': 'Electron',
      'recipes/workers.md': 'Workers and threads',
      'recipes/backups.md': 'Backups',
      'recipes/single-file.md': 'Single-file executables',
      'browsers.md': 'In browsers',
    },
  },
  {
    title: 'Tools',
    pages: {
      'command-line.md': 'The command line',
      'inspector.md': 'The inspector',
      'snapshots.md': 'Snapshots',
      'maintenance.md': 'Caring for databases',
      'extras.md': 'Extras',
      'observability.md': 'Observability',
    },
  },
  {
    title: 'Reference',
    pages: {
      'options.md': 'Options and entry points',
      'errors.md': 'Errors',
      'values.md': 'Values, keys and limits',
      'export-format.md': 'The export format',
      'file-format.md': 'The file format',
    },
  },
  {
    title: 'What to expect',
    pages: {
      'promises.md': 'Promises',
      'durability.md': 'Durability',
      'sharing.md': 'Sharing a directory',
      'postgres.md': 'Databases on PostgreSQL',
      'postgres-servers.md': 'Running a PostgreSQL server for it',
      'security.md': 'Security',
      'performance.md': 'Performance',
      'conformance.md': 'Conformance',
      'runtimes.md': 'In every runtime',
      'evidence.md': 'Evidence',
    },
  },
  {
    title: 'Extend',
    pages: {
      'writing-a-vfs.md': 'Writing a VFS',
      'writing-an-engine.md': 'Writing an engine',
    },
  },
]
