/** Opening again and again on a full disk: nothing may stay behind, and all goes on once there is room. */
import { mountSmallDisk } from '../faults/small-disk.ts'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startKeeper } from './witnesses.ts'

const diskBytes = 256 * 1024

/** What stays open of an engine that was loaded, whether its directory could be had or not. */
const mostDescriptors = 3

/** Gives what was wrong after so many failed opens; in words why it could not be tried. */
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
