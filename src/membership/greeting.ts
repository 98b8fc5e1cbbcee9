/** The two ends of a hello: what a client does, and what an owner does. */
import { exceptionOf, domException, type Failure, failure } from '../errors.ts'
import { nonsense } from '../port/asking/reasons.ts'
import { complaintOf, demand, Malformed } from '../port/malformed.ts'
import type { HostPort } from '../port/messages.ts'
import type { OwnerLoad } from '../protocol/load.ts'
import { HeldPort } from './held-port.ts'
import {
  type ClientHello,
  clientHelloOf,
  isInquiry,
  type Hello,
  type OwnerHello,
  ownerHelloOf,
  type OwnerStatus,
  ownerStatusOf,
  parcelOf,
  type ProtocolRange,
} from './hello.ts'

/** How long a port that was accepted may be silent before its hello. */
const silenceMs = 5_000

/**
 * Says hello to an owner. Gives the port, not yet started, and what the owner said; null where the owner has hung up, or does not
 * take this client: then there is another owner, or will be. It waits for an owner that is stopped, until `signal` is aborted.
 *
 * @throws UnknownError when the two have no version of the protocol in common, or the owner has sent something else
 */
export async function greetOwner(
  port: HostPort,
  own: ClientHello,
  signal: AbortSignal,
): Promise<{ readonly port: HostPort; readonly owner: OwnerHello } | null> {
  const held = new HeldPort(port)
  held.postMessage(parcelOf('hello', own))
  try {
    const message = await held.first(signal, null)
    if (message === null) return null
    const { isTaken, owner } = ownerHelloOf(message)
    if (!isTaken) throw noCommonProtocol(own, owner)
    return { port: held, owner }
  } catch (error) {
    port.end?.()
    throw error instanceof Malformed ? exceptionOf(nonsense(complaintOf(error))) : error
  }
}

/**
 * Asks an owner who is there, without becoming its client. null where it does not answer until `signal` is aborted, or has hung up.
 *
 * @throws UnknownError when it has sent something else
 */
export async function askOwner(
  port: HostPort,
  own: ClientHello,
  signal: AbortSignal,
): Promise<OwnerStatus | null> {
  const held = new HeldPort(port)
  // Names of databases may be long.
  held.trust()
  held.postMessage(parcelOf('status', own))
  try {
    const message = await held.first(signal, null)
    return message === null ? null : ownerStatusOf(message)
  } catch (error) {
    throw error instanceof Malformed ? exceptionOf(nonsense(complaintOf(error))) : error
  } finally {
    port.end?.()
  }
}

/** What an owner expects of those who come, and says to them. */
export interface Reception {
  /** null: the channel itself proves that the client may come. */
  readonly secret: string | null
  /** What the owner says of itself; the client is added to those who are there. */
  readonly own: () => OwnerHello
  /** What goes on there, for those who only ask. */
  readonly load: () => OwnerLoad
  /** Called with the reason when one is cut off. */
  readonly report: (failure: Failure) => void
}

/**
 * Waits for a client's hello and answers it. Gives the port, not yet started, and what the client said; null for one that is
 * gone, is silent, says something else first, or does not know the secret: it is cut off. One that asks for the status is answered.
 */
export async function receiveClient(
  port: HostPort,
  reception: Reception,
): Promise<{ readonly port: HostPort; readonly client: ClientHello } | null> {
  const held = new HeldPort(port)
  try {
    const message = await held.first(null, silenceMs)
    if (message === null) return null
    const client = clientHelloOf(message)
    demand(knowsSecret(client, reception.secret), 'has the wrong secret')
    if (isInquiry(message)) {
      held.postMessage(parcelOf('status', { ...reception.own(), ...reception.load() }))
      return hangUp(port)
    }
    const owner = withClient(reception.own(), client)
    const isUnderstood = commonProtocol(client.protocol, owner.protocol) !== null
    held.postMessage(parcelOf(isUnderstood ? 'hello' : 'refused', owner))
    if (!isUnderstood) return hangUp(port)
    port.trust?.()
    return { port: held, client }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const known = { code: 'ERR_IDB_PROTOCOL', detail: `Its hello ${error.message}` } as const
    reception.report(failure('UnknownError', 'A client of a shared directory was cut off', known))
    return hangUp(port)
  }
}

function withClient(owner: OwnerHello, { client }: ClientHello): OwnerHello {
  const others = owner.clients.filter((id) => id !== client)
  return { ...owner, clients: [...others, client] }
}

function hangUp(port: HostPort): null {
  port.end?.()
  return null
}

/** The newest version that both speak; null: none. */
function commonProtocol(one: ProtocolRange, other: ProtocolRange): number | null {
  const last = Math.min(one[1], other[1])
  return last >= Math.max(one[0], other[0]) ? last : null
}

function noCommonProtocol(own: Hello, owner: Hello): DOMException {
  return domException(
    'UnknownError',
    `The owner of the storage runs version ${owner.version} of the package, which speaks ${spoken(owner)}, and this is version ${own.version}, which speaks ${spoken(own)}; use the same version at both ends, or end the owner first`,
    { code: 'ERR_IDB_NO_COMMON_PROTOCOL' },
  )
}

function spoken({ protocol: [first, last] }: Hello): string {
  return first === last ? `protocol ${first}` : `protocols ${first} to ${last}`
}

/** Looks at every character, so that the time it takes says nothing of the secret. */
function knowsSecret({ secret }: ClientHello, expected: string | null): boolean {
  if (expected === null) return true
  if (secret === null || secret.length !== expected.length) return false
  let differences = 0
  for (let i = 0; i < expected.length; i++) {
    differences |= secret.charCodeAt(i) ^ expected.charCodeAt(i)
  }
  return differences === 0
}
