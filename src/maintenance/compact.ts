/** Making databases' files as small as their contents. */
import { append } from '../base/own-property.ts'
import type { DatabaseFile } from '../files/database-files.ts'
import { fileError } from '../files/file-error.ts'
import { unfinishedCopyOf } from '../files/quarantine.ts'
import { withFilesAlone } from './files-alone.ts'
import { noSuchDatabase } from './no-such-database.ts'
import type { FoundFile, OwnedFiles } from './owned-files.ts'
import type { Tools } from './tools.ts'

/** What became of a database's file. */
export interface Compacted {
  readonly name: string
  /** The sizes of its file with its log. */
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Writes the files anew, without what is not in use, each into a copy that takes its place in one step: an interruption leaves either.
 * One that would not become smaller stays.
 */
export async function compact(tools: Tools, path: string, name?: string): Promise<Compacted[]> {
  const done = await withFilesAlone({ tools, path, action: 'Compacting' }, async (owned) => {
    const compacted: Compacted[] = []
    for (const file of await owned.find()) {
      if (name !== undefined && owned.engine.fileNames.of(name) !== file.fileName) continue
      if (name !== undefined && file.trouble) throw file.trouble
      if (file.name !== null && !file.trouble)
        append(compacted, await compactFile(owned, file, file.name))
    }
    return compacted
  })
  if (name !== undefined && done.length === 0) throw await noSuchDatabase(tools, path, name)
  return done
}

async function compactFile(owned: OwnedFiles, file: FoundFile, name: string): Promise<Compacted> {
  const { engine, mounted, files } = owned
  const copy = unfinishedCopyOf(file)
  await files.remove(copy)
  const bytesBefore = await bytesOf(owned, file)
  await mounted.gather(file)
  try {
    await engine.writeCompact(file, copy)
    const [gathered, written] = [await bytesOf(owned, file), await bytesOf(owned, copy)]
    if (written < gathered) await putInPlace(owned, file, copy)
  } finally {
    await files.remove(copy)
  }
  return { name, bytesBefore, bytesAfter: await bytesOf(owned, file) }
}

/** All of the file's contents are in it alone, so that this is one step. */
async function putInPlace(
  { files: { directory } }: OwnedFiles,
  file: DatabaseFile,
  copy: DatabaseFile,
): Promise<void> {
  try {
    await directory.rename(copy.fileName, file.fileName)
  } catch (error) {
    throw fileError(file.label, 'putting its copy in its place', error)
  }
}

/** Of a closed file and what lies beside it. */
async function bytesOf({ files }: OwnedFiles, { fileName, label }: DatabaseFile): Promise<number> {
  const names = files.namesOf(fileName)
  let sum = 0
  try {
    await files.directory.prepare(names)
    for (const name of names) {
      const file = files.directory.open(name, { create: false })
      sum += file?.size() ?? 0
      file?.close()
    }
    return sum
  } catch (error) {
    throw fileError(label, 'measuring the file', error)
  }
}
