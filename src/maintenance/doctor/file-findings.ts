/** What is wrong with the files of a directory. */
import type { ExaminedDatabase, FileState, Leftover } from './examine-files.ts'
import type { Finding } from './finding.ts'

/** What each state means; undefined: nothing is wrong. */
const states: {
  readonly [State in FileState]?: Pick<Finding, 'code' | 'level' | 'advice'> & {
    readonly what: string
  }
} = {
  'newer format': {
    level: 'error',
    code: 'newer-format',
    what: 'has a newer format than this version of the package reads',
    advice: 'use a newer version of idb-everywhere',
  },
  'another program': {
    level: 'error',
    code: 'foreign-database',
    what: 'is the SQLite file of another program',
    advice: 'move it away',
  },
  damaged: {
    level: 'error',
    code: 'damaged',
    what: 'is not an SQLite file: its first page is damaged, or it was overwritten',
    advice:
      'restore a backup, or run idb-everywhere salvage with the directory and the name of the database',
  },
  'cut off': {
    level: 'error',
    code: 'cut-off',
    what: 'is shorter than its first page says',
    advice:
      'restore a backup, or run idb-everywhere salvage with the directory and the name of the database',
  },
  unreadable: {
    level: 'error',
    code: 'unreadable',
    what: 'cannot be read by this user',
    advice: 'grant it that permission, or run as the user who owns the file',
  },
  new: {
    level: 'note',
    code: 'unfinished',
    what: 'holds nothing yet',
    advice: 'nothing: it is removed, or filled, when it is opened next',
  },
}

/** From here on a log is long: an owner under constant load cuts it back at 48 MiB. */
const longLogBytes = 64 * 1024 * 1024

/** Of one file that is called like a database's. */
export function databaseFindings(database: ExaminedDatabase): Finding[] {
  const { file, name, state, logBytes, isVisited } = database
  const who = name === null ? `file ${file}` : `database ${JSON.stringify(name)} (file ${file})`
  const found: Finding[] = []
  const wrong = states[state]
  if (wrong) {
    const { what, ...rest } = wrong
    found.push({ ...rest, message: `${upperFirst(who)} ${what}` })
  }
  if (isVisited) {
    found.push({
      level: 'warning',
      code: 'visited',
      message: `Another SQLite tool has ${who} open, or was killed while it had`,
      advice: `close it; if no tool runs any more, delete ${file}-shm while no program uses the directory`,
    })
  }
  if (logBytes > longLogBytes) {
    found.push({
      level: 'note',
      code: 'long-log',
      message: `The log of ${who} takes ${(logBytes / 1_000_000).toFixed(1)} MB`,
      advice: 'nothing, if its owner is busy; else open and close the database once',
    })
  }
  return found
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Of all other files. */
export function leftoverFindings(leftovers: readonly Leftover[]): Finding[] {
  return Object.entries(roles).flatMap(([role, { level, code, what, advice }]) => {
    const files = leftovers.filter((it) => it.role === role)
    if (files.length === 0) return []
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const message = `${what}: ${listed(files)} (${files.length === 1 ? '1 file' : `${files.length} files`}, ${bytes} bytes)`
    return [{ level, code, message, advice }]
  })
}

const roles: Readonly<
  Record<Leftover['role'], Pick<Finding, 'level' | 'code' | 'advice'> & { readonly what: string }>
> = {
  damaged: {
    level: 'warning',
    code: 'put-aside',
    what: 'Damaged files that a salvage has put aside',
    advice: 'look for what was lost, then delete them',
  },
  'log without database': {
    level: 'warning',
    code: 'lone-log',
    what: 'Logs whose databases are missing',
    advice: 'put the database files back beside them, if they were moved; else delete them',
  },
  copy: {
    level: 'note',
    code: 'unfinished-copy',
    what: 'Copies that an interrupted salvage or compaction has left',
    advice: 'nothing: the next owner removes them, or puts them in their places',
  },
  deletion: {
    level: 'note',
    code: 'deletion-notes',
    what: 'Notes of deletions for clients that have not asked since',
    advice: 'nothing: they are empty, and there are at most 1,000',
  },
  foreign: {
    level: 'note',
    code: 'other-files',
    what: 'Files of other programs',
    advice: 'nothing; better keep databases in a directory of their own',
  },
}

/** How many files are named. */
const mostNamed = 3

function listed(files: readonly Leftover[]): string {
  const names = files.slice(0, mostNamed).map(({ file }) => file)
  const rest = files.length - names.length
  return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
