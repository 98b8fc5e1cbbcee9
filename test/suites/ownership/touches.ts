/** What a program might do to a directory that is in use. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'

/** Name → what is done to the directory at `path`. */
const touches: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
  read: (path) => eachFile(path, (file) => void fs.readFileSync(file)),
  'open-and-close': (path) => eachFile(path, (file) => fs.closeSync(fs.openSync(file, 'r'))),
  copyFile: (path) => eachFile(path, (file) => fs.copyFileSync(file, `${path}-copied`)),
  cpSync: (path) => fs.cpSync(path, `${path}-synchronous-copy`, { recursive: true, force: true }),
  cp: (path) => fs.promises.cp(path, `${path}-copy`, { recursive: true, force: true }),
  archive: (path) => {
    const { status } = spawnSync('tar', ['-cf', `${path}.tar`, '-C', path, '.'])
    if (status !== 0) throw new Error(`tar ended with ${status}`)
  },
  'copy-back': (path) => {
    fs.copyFileSync(join(path, 'owner.json'), `${path}-owner`)
    fs.rmSync(join(path, 'owner.json'))
    fs.copyFileSync(`${path}-owner`, join(path, 'owner.json'))
  },
  'unlink-lock': (path) => fs.rmSync(join(path, '.lock.sqlite'), { force: true }),
  'unlink-socket': (path) => {
    for (const name of fs.readdirSync(path)) if (name.endsWith('.sock')) fs.rmSync(join(path, name))
  },
  'unlink-claim': (path) => fs.rmSync(join(path, 'owner.json')),
  'unlink-both': (path) => {
    fs.rmSync(join(path, 'owner.json'))
    fs.rmSync(join(path, '.lock.sqlite'), { force: true })
  },
}

/** After these the owner can still be told from a dead one; in this order, as one process suffers them all. */
export const harmless: readonly string[] = Object.keys(touches).filter(
  (name) => name !== 'unlink-claim' && name !== 'unlink-both',
)

/** After these no one thing tells who has the directory: it may go to another, but then the owner must notice. */
export const harmful: readonly string[] = ['unlink-claim', 'unlink-both']

/** Does one of them; gives the code of the error it met, or nothing. */
export async function touch(name: string, path: string): Promise<string> {
  try {
    await touches[name]?.(path)
    return ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** A socket cannot be opened. */
function eachFile(path: string, use: (file: string) => void): void {
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    if (entry.isFile()) use(join(path, entry.name))
  }
}
