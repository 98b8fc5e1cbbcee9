import { beforeEach, describe, expect, test } from 'vitest'
import type { StorageError } from '../../../src/errors.ts'
import { FileDirectory, type FileDirectoryOptions } from '../../../src/files/file-directory.ts'
import { VfsError, type Vfs, type VfsDirectory } from '../../../src/files/vfs.ts'
import { faulty } from '../../../src/testing/fault-vfs.ts'
import { memory } from '../../../vfs/memory.ts'
import { type JsonDatabase, jsonEngine, jsonNames } from './json-engine.ts'

const fileName = jsonNames.of('test')
const warnings: StorageError[] = []

beforeEach(() => {
  warnings.length = 0
})

function open(
  vfs: Vfs,
  {
    engine = jsonEngine(),
    ...rest
  }: Partial<FileDirectoryOptions> & { engine?: ReturnType<typeof jsonEngine> } = {},
): FileDirectory<JsonDatabase> {
  const onWarning = (warning: StorageError): void => void warnings.push(warning)
  return new FileDirectory({ vfs, path: 'x', waitMs: 0, onWarning, ...rest }, engine)
}

async function fill(directory: FileDirectory<JsonDatabase>, name = 'test'): Promise<void> {
  const database = await directory.open(name)
  database.upgrade(3)
  database.put('key', 'value')
  await database.close()
}

/** Works on the files, as another program would. */
async function onFiles(
  vfs: Vfs,
  work: (files: VfsDirectory) => void | Promise<void>,
): Promise<void> {
  const files = vfs.directory('x')
  await files.lock(0)
  await work(files)
  await files.close()
}

function writeText(files: VfsDirectory, name: string, text: string): void {
  const file = files.open(name, { create: true })
  file?.truncate(0)
  file?.write(new TextEncoder().encode(text), 0)
  file?.close()
}

const damagedText = '{"name":"test","version":3,"records":{"key":"value",'

describe('a directory of an engine that is not SQLite', () => {
  test('lists what was upgraded, and finds it again after closing and opening', async () => {
    const vfs = memory()
    const directory = open(vfs)
    await fill(directory)
    expect(await directory.list()).toEqual([{ name: 'test', version: 3 }])
    await directory.close()
    const again = open(vfs)
    expect(await again.list()).toEqual([{ name: 'test', version: 3 }])
    expect((await again.open('test')).records).toEqual({ key: 'value' })
    await again.close()
  })

  test('lists neither a database that was never upgraded nor files of others', async () => {
    const vfs = memory()
    await onFiles(vfs, (files) => {
      writeText(files, 'notes.txt', 'mine')
      writeText(files, `${'a'.repeat(52)}.sqlite`, 'another engine’s')
    })
    const directory = open(vfs)
    await (await directory.open('fresh')).close()
    expect(await directory.list()).toEqual([])
    expect(warnings).toEqual([])
    await directory.close()
  })

  test('loads the engine at the first use, once, and gives it back when it closes', async () => {
    const engine = jsonEngine()
    const directory = open(memory(), { engine })
    await directory.close()
    expect(engine).toMatchObject({ loaded: 0, released: 0 })
    await directory.list()
    await fill(directory)
    await directory.close()
    expect(engine).toMatchObject({ loaded: 1, released: 1 })
  })

  test('refuses a directory that another owns, gives the engine back, and takes it when it is free', async () => {
    const vfs = memory()
    const engine = jsonEngine()
    const [first, second] = [open(vfs), open(vfs, { engine })]
    await first.list()
    await expect(second.list()).rejects.toMatchObject({ code: 'busy' })
    expect(engine).toMatchObject({ loaded: 1, released: 1 })
    await first.close()
    expect(await second.list()).toEqual([])
    await second.close()
  })

  test('deletes a database with its companions and gives its version, 0 for a missing one', async () => {
    const vfs = memory()
    const directory = open(vfs)
    await fill(directory)
    await directory.close()
    await onFiles(vfs, (files) => writeText(files, `${fileName}-draft`, 'left behind'))
    const again = open(vfs)
    expect(await again.delete('test')).toBe(3)
    expect(await again.delete('test')).toBe(0)
    expect(await again.list()).toEqual([])
    await again.close()
    await onFiles(vfs, async (files) => expect(await files.list()).toEqual([]))
  })

  test('a deletion interrupted after the mark is finished by list(), and by open()', async () => {
    for (const finish of ['list', 'open'] as const) {
      const inner = memory()
      const vfs = faulty(inner)
      const directory = open(vfs)
      await fill(directory)
      await directory.close()
      await onFiles(inner, (files) => writeText(files, `${fileName}-draft`, 'left behind'))
      // The first file removed is the companion, then the file itself.
      vfs.inject({ faults: [{ on: 'remove', nth: 2 }] })
      await expect(directory.delete('test')).rejects.toMatchObject({ code: 'io' })
      await directory.close()
      const again = open(inner)
      if (finish === 'list') expect(await again.list()).toEqual([])
      else expect((await again.open('test')).version).toBe(0)
      await again.close()
    }
  })

  test('a damaged file fails to open and stays, or is salvaged and put aside', async () => {
    const vfs = memory()
    await onFiles(vfs, (files) => writeText(files, fileName, damagedText))
    const strict = open(vfs)
    await expect(strict.open('test')).rejects.toMatchObject({ code: 'corrupt' })
    await strict.close()
    const directory = open(vfs, { ifCorrupt: 'salvage' })
    const database = await directory.open('test')
    expect(database.records).toEqual({ key: 'value' })
    expect(database.life.salvaged?.stores).toEqual([
      { name: 'records', saved: 1, lost: 0, hasGap: true },
    ])
    const quarantine = String(database.life.salvaged?.quarantine)
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(quarantine)])
    database.life.onReported()
    await database.close()
    expect((await directory.open('test')).life.salvaged).toBeNull()
    await directory.close()
    await onFiles(vfs, async (files) => {
      expect((await files.list()).sort()).toEqual([fileName, quarantine].sort())
    })
  })

  test('a salvage interrupted when the damaged file was out of its place is finished by list()', async () => {
    const inner = memory()
    await onFiles(inner, (files) => writeText(files, fileName, damagedText))
    // The copy becomes complete, the damaged file goes aside, the copy gets its name.
    const vfs = faulty(inner, { faults: [{ on: 'rename', nth: 3 }] })
    const directory = open(vfs, { ifCorrupt: 'salvage' })
    await expect(directory.open('test')).rejects.toMatchObject({ code: 'io' })
    await directory.close()
    const again = open(inner)
    expect(await again.list()).toEqual([{ name: 'test', version: 1 }])
    await again.close()
  })

  test('a deletion takes along what interrupted salvages have left', async () => {
    const vfs = memory()
    const directory = open(vfs)
    await fill(directory)
    await directory.close()
    await onFiles(vfs, (files) => {
      for (const end of ['rescue', 'rescue-draft', 'rescued']) {
        writeText(files, `${fileName}-${end}`, damagedText)
      }
    })
    const again = open(vfs)
    expect(await again.delete('test')).toBe(3)
    await again.close()
    await onFiles(vfs, async (files) => expect(await files.list()).toEqual([]))
  })

  test('a deletion does not look at all the files that there are', async () => {
    const vfs = faulty(memory())
    const directory = open(vfs)
    for (const name of ['test', 'another']) await fill(directory, name)
    await directory.list()
    const listCount = vfs.callCount('list')
    expect(await directory.delete('test')).toBe(3)
    expect(vfs.callCount('list')).toBe(listCount)
    expect(await directory.list()).toEqual([{ name: 'another', version: 3 }])
    await directory.close()
  })

  test('list() removes unfinished copies, also of files that are gone, and nothing else', async () => {
    const vfs = memory()
    const directory = open(vfs)
    await fill(directory)
    await directory.close()
    const gone = jsonNames.of('gone')
    const kept = [`${gone}-damaged-1`, 'notes-rescue', `${gone}-rescue-notes`]
    await onFiles(vfs, (files) => {
      for (const name of [gone, fileName]) {
        for (const end of ['rescue', 'rescue-draft']) writeText(files, `${name}-${end}`, 'half')
      }
      for (const name of kept) writeText(files, name, 'kept')
    })
    const again = open(vfs)
    expect(await again.list()).toEqual([{ name: 'test', version: 3 }])
    await again.close()
    await onFiles(vfs, async (files) => {
      expect((await files.list()).sort()).toEqual([fileName, ...kept].sort())
    })
  })

  test('the files of a damaged database get one name, though their renaming was interrupted', async () => {
    const vfs = memory()
    const database = JSON.stringify({ name: 'test', version: 1, records: {} })
    await onFiles(vfs, (files) => {
      writeText(files, `${fileName}-damaged-9`, 'of an earlier salvage')
      writeText(files, `${fileName}-damaged-10`, damagedText)
      writeText(files, `${fileName}-draft`, 'its companion')
      writeText(files, `${fileName}-rescued`, database)
    })
    const directory = open(vfs)
    expect(await directory.list()).toEqual([{ name: 'test', version: 1 }])
    await directory.close()
    const ends = ['', '-damaged-9', '-damaged-10', '-damaged-10-draft']
    await onFiles(vfs, async (files) => {
      expect((await files.list()).sort()).toEqual(ends.map((end) => fileName + end).sort())
    })
  })

  test('a companion left alone does not replace that of an earlier damaged file', async () => {
    const vfs = memory()
    await onFiles(vfs, (files) => {
      for (const end of ['damaged-1', 'damaged-1-draft', 'draft', 'rescued']) {
        writeText(files, `${fileName}-${end}`, JSON.stringify({ name: 'test', version: 1 }))
      }
    })
    const directory = open(vfs)
    await directory.list()
    await directory.close()
    await onFiles(vfs, async (files) => expect(await files.list()).toHaveLength(4))
  })

  test('a file that cannot be reached is left out with a warning, and listed once it can be', async () => {
    const inner = memory()
    const vfs = unreachable(inner, fileName)
    for (const name of ['test', 'other']) {
      const directory = open(inner)
      await fill(directory, name)
      await directory.close()
    }
    const directory = open(vfs)
    expect(await directory.list()).toEqual([{ name: 'other', version: 3 }])
    expect(warnings).toMatchObject([{ code: 'io', facts: { systemCode: 'EACCES' } }])
    await expect(directory.open('test')).rejects.toMatchObject({ code: 'io' })
    vfs.isReachable = true
    expect(await directory.list()).toHaveLength(2)
    await directory.close()
  })

  test('a salvage that cannot be finished hides no other database', async () => {
    const inner = memory()
    const vfs = unreachable(inner, `${fileName}-rescued`)
    await onFiles(inner, (files) => writeText(files, `${fileName}-rescued`, damagedText))
    const directory = open(vfs)
    await fill(directory, 'other')
    expect(await directory.list()).toEqual([{ name: 'other', version: 3 }])
    expect(warnings).toMatchObject([{ code: 'io' }])
    await directory.close()
  })

  test('one unreadable file does not hide the others', async () => {
    const vfs = memory()
    await onFiles(vfs, (files) => writeText(files, fileName, damagedText))
    const directory = open(vfs)
    await fill(directory, 'other')
    expect(await directory.list()).toEqual([{ name: 'other', version: 3 }])
    expect(warnings).toMatchObject([{ code: 'corrupt' }])
    await directory.close()
  })

  test('a file under the name of another database is refused, and not listed', async () => {
    const vfs = memory()
    const text = JSON.stringify({ name: 'other', version: 1, records: {} })
    await onFiles(vfs, (files) => writeText(files, fileName, text))
    const directory = open(vfs)
    await expect(directory.open('test')).rejects.toThrow('holds the database "other"')
    expect(await directory.list()).toEqual([])
    await directory.close()
  })

  test('where the files were cleared away and the directory is still owned, it begins with an empty one', async () => {
    const vfs = clearable(memory())
    const directory = open(vfs)
    await fill(directory)
    vfs.clear()
    expect(await directory.list()).toEqual([])
    await fill(directory, 'new')
    expect(await directory.list()).toEqual([{ name: 'new', version: 3 }])
    await directory.close()
  })

  test('an ownership that cannot be given up fails close(), which can be called again', async () => {
    const vfs = faulty(memory())
    const engine = jsonEngine()
    const directory = open(vfs, { engine })
    await directory.list()
    vfs.inject({ faults: [{ on: 'unlock', nth: 1 }] })
    await expect(directory.close()).rejects.toMatchObject({ code: 'io' })
    expect(engine.released).toBe(0)
    await directory.close()
    expect(engine.released).toBe(1)
  })
})

/** A VFS that cannot open one file. */
function unreachable(vfs: Vfs, name: string): Vfs & { isReachable: boolean } {
  const spoilt = {
    ...vfs,
    isReachable: false,
    directory(path: string): VfsDirectory {
      const directory = vfs.directory(path)
      const open: VfsDirectory['open'] = (asked, options) => {
        if (asked !== name || spoilt.isReachable) return directory.open(asked, options)
        throw new VfsError('EACCES', `EACCES: ${asked}`)
      }
      return Object.assign(Object.create(directory) as VfsDirectory, { open })
    },
  }
  return spoilt
}

/** A VFS whose files can be cleared away while they are owned, as a browser's can. */
function clearable(vfs: Vfs): Vfs & { clear(): void } {
  let path = 'first'
  let isLost = false
  const verify = (): void => {
    if (isLost) throw new VfsError('ESTALE', 'The files are gone')
  }
  return {
    ...vfs,
    clear: () => (isLost = true),
    directory() {
      const forwarded = (): VfsDirectory => vfs.directory(path)
      return {
        identity: 'clearable',
        lock: (waitMs) => forwarded().lock(waitMs),
        list: () => forwarded().list(),
        prepare: (names) => forwarded().prepare(names),
        open: (name, options) => forwarded().open(name, options),
        rename: (from, to) => forwarded().rename(from, to),
        remove: (name) => forwarded().remove(name),
        close: () => forwarded().close(),
        verify,
        async renew() {
          path = 'second'
          isLost = false
        },
      }
    },
  }
}
