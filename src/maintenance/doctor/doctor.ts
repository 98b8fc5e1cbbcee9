/** All that can be told of a directory without taking part in it, and what would go wrong there. */
import { packageVersion } from '../../base/package-version.ts'
import { reasonOf } from '../../errors.ts'
import type { DirectoryFacts, FileSystemFacts } from '../../files/directory-facts.ts'
import type { DirectoryStatus } from '../../membership/directory-status.ts'
import { sqliteVersion } from '../../sqlite/schema/new-database.ts'
import { keyFormat, tablesFormat, valueFormat } from '../../sqlite/schema/tables.ts'
import type { Tools } from '../tools.ts'
import { type ExaminedDatabase, examineFiles, type Leftover } from './examine-files.ts'
import type { Finding } from './finding.ts'
import { findingsIn } from './findings.ts'

/** What a doctor tells. */
export interface Diagnosis {
  /** Absolute, with symbolic links resolved. */
  readonly path: string
  /** What reads the directory here. */
  readonly reader: {
    /** Of this package. */
    readonly version: string
    readonly engine: string
    readonly runtime: string
    /** The newest formats that it reads. */
    readonly formats: { readonly file: number; readonly key: number; readonly value: number }
  }
  /** Who has it; null: that cannot be told, and the findings say why. */
  readonly status: DirectoryStatus | null
  readonly lock: {
    /** What would keep others out if a program here took the directory. */
    readonly here: DirectoryFacts['lock']
    /** What its owner has; null: there is none, or it cannot be read. */
    readonly owner: DirectoryFacts['ownersLock']
  }
  readonly isReadable: boolean
  readonly isWritable: boolean
  /** null: the system does not say. */
  readonly fileSystem: FileSystemFacts | null
  /** Of all files in it. */
  readonly usedBytes: number
  readonly databases: readonly ExaminedDatabase[]
  readonly leftovers: readonly Leftover[]
  /** What is wrong or would go wrong, the worst first; none of the level `error`: programs can use it. */
  readonly findings: readonly Finding[]
}

/** Looks at a directory. It takes no lock and writes nothing, so that it can be asked of any. */
export async function diagnose(tools: Tools, path: string): Promise<Diagnosis> {
  const facts = await tools.factsOf(path)
  const { status, failure } = await statusOf(tools, facts)
  const { databases, leftovers } = examineFiles(facts.files, status)
  const usedBytes = facts.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return {
    path: facts.path,
    reader: readerOf(facts),
    status,
    lock: { here: facts.lock, owner: facts.ownersLock },
    isReadable: facts.isReadable,
    isWritable: facts.isWritable,
    fileSystem: facts.fileSystem,
    usedBytes,
    databases,
    leftovers,
    findings: findingsIn({ facts, status, failure, databases, leftovers }),
  }
}

function readerOf({ runtime }: DirectoryFacts): Diagnosis['reader'] {
  const [major, minor, patch] = [
    Math.floor(sqliteVersion / 1_000_000),
    Math.floor(sqliteVersion / 1_000) % 1_000,
    sqliteVersion % 1_000,
  ]
  return {
    version: packageVersion,
    engine: `SQLite ${major}.${minor}.${patch}`,
    runtime,
    formats: { file: tablesFormat, key: keyFormat, value: valueFormat },
  }
}

async function statusOf(
  tools: Tools,
  { path, state, isReadable }: DirectoryFacts,
): Promise<{ status: DirectoryStatus | null; failure: string | null }> {
  if (state !== 'directory' || !isReadable) return { status: null, failure: null }
  try {
    return { status: await tools.status(path), failure: null }
  } catch (error) {
    return { status: null, failure: reasonOf(error) ?? String(error) }
  }
}
