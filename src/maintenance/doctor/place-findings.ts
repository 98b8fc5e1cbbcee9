/** What is wrong with the place where a directory lies. */
import type { Examined, Finding } from './finding.ts'

/** Less than this is little, whatever the databases are. */
const littleBytes = 64 * 1024 * 1024

/** Of the directory itself, its file system, and the lock. */
export function placeFindings({ facts, databases }: Examined): Finding[] {
  const { state, isReadable, isWritable } = facts
  if (state === 'missing') {
    return [
      {
        level: 'error',
        code: 'missing',
        message: `There is no directory "${facts.path}"`,
        advice: 'name the one that holds the databases; a program that opens one makes it',
      },
    ]
  }
  if (state === 'not a directory') {
    const message = `"${facts.path}" is not a directory`
    const advice = 'name the directory that holds the databases'
    return [{ level: 'error', code: 'no-directory', message, advice }]
  }
  const largest = Math.max(0, ...databases.map(({ sizeBytes, logBytes }) => sizeBytes + logBytes))
  return [
    ...(isReadable && isWritable ? [] : [accessFinding(facts)]),
    ...roomFindings(facts, largest),
    ...fileSystemFindings(facts),
    ...lockFindings(facts),
  ]
}

function accessFinding({ isReadable, path }: Examined['facts']): Finding {
  return {
    level: 'error',
    code: isReadable ? 'not-writable' : 'not-readable',
    message: `This user may not ${isReadable ? 'write to' : 'read'} "${path}"`,
    advice: 'grant it that permission, or run as the user who owns the directory',
  }
}

function roomFindings({ fileSystem }: Examined['facts'], largestBytes: number): Finding[] {
  if (!fileSystem) return []
  const { freeBytes } = fileSystem
  const message = `The file system has ${megabytes(freeBytes)} left`
  if (freeBytes < littleBytes) {
    const advice = 'free some space: transactions fail with QuotaExceededError once it is full'
    return [{ level: 'warning', code: 'little-room', message, advice }]
  }
  if (freeBytes >= largestBytes) return []
  const advice =
    'free some space before you compact or salvage the largest database: a copy of it has to fit'
  return [{ level: 'note', code: 'no-room-for-copy', message, advice }]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

function fileSystemFindings({ fileSystem }: Examined['facts']): Finding[] {
  const { kind = 'local', type = null } = fileSystem ?? {}
  const message = `The directory lies on ${type ?? 'a file system of that kind'}`
  if (kind === 'network') {
    return [
      {
        level: 'warning',
        code: 'network-file-system',
        message: `${message}, which other hosts may have mounted as well`,
        advice:
          'use it from one host only, and prefer a local disk: whether locks reach other hosts, and what a sync promises, is up to that file system',
      },
    ]
  }
  if (kind === 'memory') {
    const advice = 'choose a directory on a disk, unless the databases may go with the next restart'
    return [{ level: 'warning', code: 'in-memory', message: `${message}: in memory`, advice }]
  }
  if (kind !== 'overlay') return []
  const advice = 'mount a volume there, unless the databases may go with the container'
  return [{ level: 'note', code: 'overlay', message, advice }]
}

function lockFindings({ lock, runtime }: Examined['facts']): Finding[] {
  if (lock === 'kernel') return []
  return [
    {
      level: 'note',
      code: 'lock-by-claim',
      message: `With ${runtime} no lock of the system keeps others out of the directory: a file in it names the owner`,
      advice:
        'use Node 22.13 or later, Deno or Bun, if several containers or hosts use the directory',
    },
  ]
}
