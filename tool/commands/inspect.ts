/** `inspect`: a page of this machine to look into the databases with. */
import { type Command, InvalidArgumentError } from 'commander'
import { type ServeInspectorOptions, serveInspector } from 'idb-everywhere/inspector/server'
import { placeArgument, withIndexedDB } from '../terminal/directory.ts'
import { printJsonLine, printLine, withExamples, withJson } from '../terminal/output.ts'
import { isServer } from '../terminal/server.ts'
import { inLines } from '../terminal/width.ts'

interface InspectOptions {
  readonly json: boolean
  readonly port: number
  readonly write: boolean
}

/** Adds the command. It goes on until it is interrupted, and then gives the directory up. */
export function addInspect(program: Command): void {
  const command = program
    .command('inspect')
    .description('look into the databases of a directory or a server, in a page of this machine')
    .addArgument(placeArgument())
    .option('--port <number>', 'the port to serve at; 0: any that is free', portOf, 0)
    .option('--write', 'let records be changed and deleted', false)
    .action(inspect)
  withExamples(
    withJson(command, 'print the address as JSON'),
    'inspect ./data',
    'inspect postgres:',
  )
}

async function inspect(place: string, options: InspectOptions): Promise<void> {
  // Heard from here on: the address may be read, and Ctrl-C pressed, before this goes on.
  const interrupted = interruption()
  if (!isServer(place)) return serve({ path: place }, options, interrupted)
  await withIndexedDB(place, async (indexedDB) => {
    // Where it cannot be reached this says why.
    await indexedDB.databases()
    await serve({ indexedDB, title: 'Databases on PostgreSQL' }, options, interrupted)
  })
}

async function serve(
  shown: ServeInspectorOptions,
  { json, port, write }: InspectOptions,
  interrupted: Promise<void>,
): Promise<void> {
  const { url, close } = await serveInspector({ ...shown, port, isWritable: write })
  await (json ? printJsonLine({ url }) : printLine(`Open ${url}\n${inLines(about)}`))
  await interrupted
  await close()
}

const about = 'The address is a secret: anyone who has it sees the data. End it with Ctrl-C.'

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve())
    }
  })
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It has to be a number from 0 to 65535.')
}
