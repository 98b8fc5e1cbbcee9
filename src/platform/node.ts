/** Node, Bun and Deno: the file system is the default, the engine lies beside this module. */
import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import process from 'node:process'
import { threadId } from 'node:worker_threads'
import { nodeFs } from '../../vfs/node.ts'
import { beginEngine, compileEngine } from './compile-engine.ts'
import { rehearse } from '../hosting/engine/rehearsal.ts'
import { threadsOf } from '../hosting/in-thread.ts'
import type { PeerHosting, Platform } from '../hosting/platform.ts'
import { thisRelease } from '../hosting/this-release.ts'
import { NodePeer } from '../membership/node/node-peer.ts'
import type { Peer } from '../membership/peer.ts'
import type { Settings } from '../options/options.ts'
import { channelWitness } from './diagnostics/channels.ts'
import { debugWitness } from './diagnostics/debug-lines.ts'
import { environment } from './environment.ts'
import { startNodeWorker } from './start-worker/node.ts'

export const platform: Platform = {
  witnesses: [channelWitness(), debugWitness(environment('IDB_DEBUG'))].filter((it) => it !== null),
  defaultVfs: nodeFs,
  needsWorker: () => false,
  denialOf: () => null,
  loadWasm,
  beginEngine,
  startWorker: startNodeWorker,
  threads: threadsOf,
  presence: null,
  // Not before a file from elsewhere is opened.
  scratch: async () => (await import('./scratch/node-scratch.ts')).makeScratch(),
  peerOf: nodePeerOf,
  standHere: () => {
    throw new Error('unreachable: workers here host for the thread that has started them')
  },
  environment,
  shared: process,
}

/** null in a worker's factory: the worker takes part itself. */
function nodePeerOf(settings: Settings, hosting: PeerHosting): Peer | null {
  const { directory, path, waitMs, durability, quotaBytes = null, worker } = settings
  const { meeting } = directory
  if (!meeting || worker !== false) return null
  return new NodePeer({
    path,
    waitMs,
    place: meeting,
    own: { ...thisRelease, ...self(), durability, quotaBytes },
    take: (how) => hosting.take(how),
    // What goes wrong is met again by the real owner.
    getReady: () => void (hosting.engine && rehearse(hosting.engine).catch(() => {})),
    makeHost: (recovery, lost) => hosting.inThread(recovery, lost),
    giveUp: () => directory.close(),
    serve: (host, port, told) => hosting.serve(host, port, told),
    report: (failure) => hosting.report(failure),
  })
}

/** What this thread says of itself to those it meets. */
function self(): { title: string; pid: number; thread: number } {
  const { pid } = process
  const title = threadId === 0 ? `process ${pid}` : `process ${pid}, thread ${threadId}`
  return { title, pid, thread: threadId }
}

async function loadWasm(): Promise<WebAssembly.Module> {
  return compileEngine(await readEngine())
}

async function readEngine(): Promise<BufferSource> {
  try {
    return await readWhole(
      new URL('../../node_modules/wa-sqlite/dist/wa-sqlite.wasm', import.meta.url),
    )
  } catch (error) {
    // Many bundlers drop the file, and some the URL of this module; all of them follow a dynamic import.
    // The build turns it into an import of the single file, which has the text anyway.
    const { gzippedEngine } = await import('./engine-gzip.ts')
    const gzipped = gzippedEngine()
    if (!gzipped) throw error
    const { gunzipSync } = process.getBuiltinModule('node:zlib')
    return gunzipSync(gzipped)
  }
}

/** As `fs.promises` does; that would load the streams of the web and more, which takes longer than the file. */
function readWhole(file: URL): Promise<BufferSource> {
  return new Promise((resolve, reject) => {
    fs.readFile(file, (error, bytes) => {
      if (error) return reject(error)
      resolve(bytes as Buffer<ArrayBuffer>) // Nothing else has it.
    })
  })
}
