/** Runs the bad conditions one after the other, each at a place of its own. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { mountSmallDisk } from '../../../kit/disks/small-disk.ts'
import { nameBlockers } from './blocking.ts'
import { liars } from './liars.ts'
import { askAndDoNotRead } from './memory.ts'
import { Place } from './place.ts'
import * as sockets from './sockets.ts'
import * as surroundings from './surroundings.ts'
import { watchOthers } from './watching.ts'

/** What the conditions are run with. */
export interface ConditionsOptions {
  /** The bundle of `guest.ts`. */
  readonly guestPath: string
  /** The distance between two cuts of the proxy, in bytes. */
  readonly cutStep: number
  /** Part of a title; empty: all. */
  readonly filter: string
}

type Run = (place: Place) => Promise<string | void>

const diskBytes = 4 * 1024 * 1024
const longPath = ['d', 'e', 'f'].map((letter) => letter.repeat(100)).join('/')

/** Prints each; gives how many passed and failed. */
export async function runConditions(
  options: ConditionsOptions,
): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 }
  for (const [title, run, name] of conditions(options)) {
    if (!title.includes(options.filter)) continue
    const place = new Place(options.guestPath, name === undefined ? {} : { name })
    try {
      const said = await run(place)
      counts.passed++
      console.log(`pass  ${title}${said === undefined ? '' : ` (${said})`}`)
    } catch (error) {
      counts.failed++
      console.log(`FAIL  ${title}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      await place.end()
    }
  }
  return counts
}

function conditions({ cutStep, guestPath }: ConditionsOptions): [string, Run, string?][] {
  return [
    ['a socket that a killed owner left', sockets.leftBehind],
    ['a directory or a file in the place of the socket', sockets.replaced],
    ['a directory whose path has 300 characters', surroundings.takeTurns, longPath],
    ['processes that watch each other, over a change of owner', watchOthers],
    ['a deletion that connections of other processes block', nameBlockers],
    ['clocks that are a day ahead and a day behind', surroundings.wrongClocks],
    ['a disk that is full when the owner is killed', () => onSmallDisk(guestPath)],
    ['1,000 connections that say nothing', sockets.thousandConnections],
    ['nonsense at the socket', sockets.nonsense],
    ['lies at the socket', liars],
    ['a client that asks for 4 × 100 MiB and does not read', (it) => askAndDoNotRead(it, 100)],
    ['one that does so where they are a single record', (it) => askAndDoNotRead(it, 1)],
    ['another user of the machine', surroundings.anotherUser],
    ['Deno with permission for the directory alone', surroundings.denoPermissions],
    ['a connection that is cut at every byte', (place) => sockets.cutEverywhere(place, cutStep)],
  ]
}

async function onSmallDisk(guestPath: string): Promise<string | void> {
  const disk = mountSmallDisk(diskBytes)
  if (typeof disk === 'string') return `not run: ${disk}`
  const place = new Place(guestPath, { parent: mkdtempSync(join(disk.path, 'place-')) })
  try {
    await surroundings.fullDisk(place, disk)
  } finally {
    await place.end()
    disk.unmount()
  }
}
