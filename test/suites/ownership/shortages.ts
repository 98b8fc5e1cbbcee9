/** Opening again and again on a full disk, or out of descriptors: nothing may be left of it, and all goes on afterwards. */
import { mountSmallDisk } from '../../kit/disks/small-disk.ts'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKeeper } from './witnesses.ts'

const diskBytes = 256 * 1024

/** What stays open of an engine that was loaded, whether its directory could be had or not. */
const mostDescriptors = 3

/** Gives what was wrong after that number of failed opens; in words why it could not be tried. */
export async function openOnFullDisk(
  runtime: string,
  { opens, script }: { opens: number; script: string },
): Promise<string[] | string> {
  const disk = mountSmallDisk(diskBytes)
  if (typeof disk === 'string') return disk
  const path = join(disk.path, 'directory')
  mkdirSync(path)
  disk.fill(0)
  const keeper = await startKeeper({ runtime, script, path })
  const wrong: string[] = []
  const expect = (isRight: boolean, what: string): void => {
    if (!isRight) wrong.push(`${runtime}, full disk: ${what}`)
  }
  const before = Number(await keeper.tell('descriptors'))
  for (let i = 0; i < opens; i++) {
    const said = await keeper.tell('own')
    expect(/^refused .*disk is full/.test(said), said)
  }
  const left = Number(await keeper.tell('descriptors')) - before
  expect(left <= mostDescriptors, `${opens} failed opens left ${left} descriptors`)
  const names = readdirSync(path).filter((name) => name !== '.lock.sqlite')
  expect(names.length === 0, `${opens} failed opens left ${names.join(', ')}`)
  disk.free()
  const said = await keeper.tell('own')
  expect(said.startsWith('owner'), `with room again: ${said}`)
  await keeper.kill()
  disk.unmount()
  return wrong
}

/** With one descriptor more an open gets everything it needs. */
const mostSpared = 6

/** Gives what was wrong after opens with no descriptor left, with one, and so on. */
export async function openWithoutDescriptors(runtime: string, script: string): Promise<string[]> {
  const path = mkdtempSync(join(tmpdir(), 'idb-everywhere-descriptors-'))
  const keeper = await startKeeper({ runtime, script, path, mostDescriptors: 64 })
  const wrong: string[] = []
  const expect = (expected: RegExp, said: string): void => {
    if (!expected.test(said)) wrong.push(`${runtime}, few descriptors: ${said}`)
  }
  expect(/^owner/, await keeper.tell('own'))
  await keeper.tell('close')
  for (let spared = 0; spared <= mostSpared; spared++) {
    await keeper.tell(`spare ${spared}`)
    expect(/^(?:owner|refused .*too many (?:open files|files open))/, await keeper.tell('own'))
    expect(/^closed/, await keeper.tell('close'))
    await keeper.tell(`spare all`)
    const left = readdirSync(path).filter((name) => name.startsWith('owner.'))
    expect(/^0 left/, `${left.length} left of ${spared} descriptors: ${left.join(', ')}`)
  }
  expect(/^owner/, await keeper.tell('own'))
  await keeper.kill()
  rmSync(path, { recursive: true })
  return wrong
}
