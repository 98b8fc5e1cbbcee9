/** A source at the other end of HTTP: what `inspector/server` serves. */
import { jsonText } from '../../src/rendering/json-text.ts'
import type { Json, Source } from './source.ts'

/** What the server says of itself. */
export interface RemoteFacts {
  readonly title: string
  readonly isWritable: boolean
}

/** `base`: the address of the page, which ends in a slash and has the token in it. */
export async function remoteSource(base: string): Promise<Source> {
  const call = async <Result>(method: string, ...values: unknown[]): Promise<Result> =>
    ask<Result>(new URL(`api/${method}`, base), values)
  const { title, isWritable } = await call<RemoteFacts>('facts')
  return {
    title,
    isWritable,
    databases: () => call('databases'),
    schema: (database) => call('schema', database),
    page: (request) => call('page', request),
    count: (request) => call('count', request),
    record: (place) => call('record', place),
    put: (place, value) => call('put', place, value),
    remove: (place) => call('remove', place),
    sizes: (database) => call('sizes', database),
    watch: (listener) => listen(new URL('events', base), listener),
    activity: (database) => call('activity', database),
  }
}

async function ask<Result>(url: URL, values: readonly unknown[]): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: jsonText(values as Json), // So is all that a source takes.
  }).catch(() => {
    throw new Error(
      'The inspector’s server does not answer; start it again and open its new address',
    )
  })
  if (!response.ok) throw new Error(refusals[response.status] ?? unanswered(response.status))
  const answer = (await response.json()) as { result: Result } | { error: string }
  if ('error' in answer) throw new Error(answer.error)
  return answer.result
}

/** What a status means to who looks. */
const refusals: Readonly<Record<number, string>> = {
  403: 'The inspector’s server lets nothing be changed; start it again with --write',
  404: 'The inspector’s server was started again; open its new address',
  413: 'The value is longer than the inspector’s server takes; store a shorter one, or use "put" of the command line',
}

const unanswered = (status: number): string =>
  `The inspector’s server could not answer (${status}); what was asked for may be too large or nested too deep`

/** After a connection that broke, something may have changed unseen. */
function listen(url: URL, listener: () => void): () => void {
  const events = new EventSource(url)
  let hasFailed = false
  events.onmessage = listener
  events.onerror = () => (hasFailed = true)
  events.onopen = () => {
    if (hasFailed) listener()
    hasFailed = false
  }
  return () => events.close()
}
