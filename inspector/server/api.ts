/** What the page asks: a method of the source by its name, the arguments as JSON. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Json } from '../../src/rendering/json.ts'
import { jsonText } from '../../src/rendering/json-text.ts'
import type { RemoteFacts } from '../source/remote-source.ts'
import type { Source } from '../source/source.ts'
import { refuse, safeHeaders } from './page.ts'

/** What a record may take that is put. */
const longestBodyBytes = 16_000_000

// The arguments are those of the page this server has sent: what else comes is refused further in, as no key or place.
type Call = (source: Source, values: never[]) => unknown

const calls: Readonly<Record<string, Call>> = {
  facts: ({ title, isWritable }): RemoteFacts => ({ title, isWritable }),
  databases: (source) => source.databases(),
  schema: (source, [database]: never[]) => source.schema(database as never),
  page: (source, [request]: never[]) => source.page(request as never),
  count: (source, [request]: never[]) => source.count(request as never),
  record: (source, [place]: never[]) => source.record(place as never),
  sizes: (source, [database]: never[]) => source.sizes(database as never),
  activity: (source, [database]: never[]) => source.activity(database as never),
}

const writingCalls: Readonly<Record<string, Call>> = {
  put: (source, [place, value]: never[]) => source.put(place as never, value as never),
  remove: (source, [place]: never[]) => source.remove(place as never),
}

export async function answerCall(
  source: Source,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isWriting = Object.hasOwn(writingCalls, name)
  if (isWriting && !source.isWritable) return refuse(response, 403)
  const call = isWriting ? writingCalls[name] : Object.hasOwn(calls, name) ? calls[name] : undefined
  if (!call) return refuse(response, 404)
  const text = await bodyOf(request)
  if (text === null) return refuse(response, 413)
  const answer = jsonText(await outcomeOf(async () => call(source, JSON.parse(text) as never[])))
  response.writeHead(200, { ...safeHeaders, 'Content-Type': 'application/json' }).end(answer)
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Json> {
  try {
    return { result: ((await work()) ?? null) as Json } // All that a source gives is JSON.
  } catch (error) {
    return { error: error instanceof Error || isNamed(error) ? error.message : String(error) }
  }
}

/** A DOMException of some runtimes is no Error. */
function isNamed(error: unknown): error is { message: string } {
  return typeof error === 'object' && error !== null && 'message' in error
}

/** null: it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    // The rest is read and dropped: left unread, it would end the connection before the answer.
    if (length <= longestBodyBytes) chunks.push(chunk)
  }
  return length > longestBodyBytes ? null : Buffer.concat(chunks).toString('utf8')
}
