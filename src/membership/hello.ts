/**
 * The hello: what the two ends of a port say of themselves before anything else. The client speaks first; an owner that takes it
 * answers with its own. After that the port serves the host protocol.
 *
 * Within a number of the protocol what is said only grows: members that are not known are passed over.
 */
import { demand, integerOf, listOf, membersOf, stringOf } from '../port/malformed.ts'
import { ParcelReader, ParcelWriter } from '../port/parcel.ts'
import type { ClientPresence, DatabaseLoad, OwnerLoad } from '../protocol/load.ts'
import { survivalOf } from '../port/serving/survival.ts'

/** The first and the last version of the port protocol that this release speaks. */
export const protocolRange: ProtocolRange = [1, 1]

/** A first and a last version. */
export type ProtocolRange = readonly [first: number, last: number]

/** What both ends say. */
export interface Hello {
  readonly protocol: ProtocolRange
  /** Of the package. */
  readonly version: string
  /** The newest formats of values and files that it reads. */
  readonly formats: { readonly value: number; readonly file: number }
  /** Its id: 16 characters of ASCII, drawn at random by each thread. */
  readonly client: string
}

export interface ClientHello extends Hello {
  /** Proves that it may read the directory; null where the channel itself does. */
  readonly secret: string | null
  /** What `default` means to its transactions. */
  readonly durability: 'relaxed' | 'strict'
  /** The quota that its options set; null: none. */
  readonly quotaBytes: number | null
  /** For those who ask who is there; absent in browsers. */
  readonly pid?: number
  /** 0 is the main one. */
  readonly thread?: number
}

export interface OwnerHello extends Hello {
  /** For warnings: who it is, such as `process 4711 of host1`; null: nothing is known. */
  readonly title: string | null
  /** When it took the directory, ISO 8601; absent where that can be read in the directory. */
  readonly since?: string
  /** All who are at the owner, itself and this client included. */
  readonly clients: readonly string[]
}

/** What an owner answers one that only asks. */
export interface OwnerStatus extends OwnerHello, OwnerLoad {}

/** `status`, from a client: it only asks how things are, and comes no further; from the owner: the answer. */
type HelloType = 'hello' | 'refused' | 'status'

/** In the form that the port protocol has for messages without a form of their own. */
export function parcelOf(type: HelloType, hello: Hello | OwnerStatus): unknown {
  const writer = new ParcelWriter()
  writer.number(0)
  writer.object({ type, id: 0, ...hello })
  return writer.take().parcel
}

type Members = Readonly<Record<string, unknown>>

/** What an owner answers, and whether it takes the client. @throws Malformed for anything else */
export function ownerHelloOf(message: unknown): { readonly isTaken: boolean; owner: OwnerHello } {
  const { type, members } = readHello(message)
  return { isTaken: type === 'hello', owner: { ...helloOf(members), ...ownerPartOf(members) } }
}

/** What an owner answers one that only asks. @throws Malformed for anything else */
export function ownerStatusOf(message: unknown): OwnerStatus {
  const { type, members } = readHello(message)
  demand(type === 'status', 'is no status')
  const databases = listOf(members['databases'], loadOf)
  const survival = survivalOf(members['survival'])
  const guests = listOf(members['guests'] ?? [], presenceOf)
  return { ...helloOf(members), ...ownerPartOf(members), databases, survival, guests }
}

function presenceOf(value: unknown): ClientPresence {
  const { id, pid, thread, since } = membersOf(value)
  return {
    id: clientId(id),
    pid: pid === null ? null : integerOf(pid, 0),
    thread: thread === null ? null : integerOf(thread, 0),
    since: shortString(since),
  }
}

function loadOf(value: unknown): DatabaseLoad {
  const { name, version, connections, requests, running, waiting } = membersOf(value)
  return {
    name: stringOf(name),
    version: integerOf(version, 0),
    connections: integerOf(connections, 0),
    requests: integerOf(requests, 0),
    running: integerOf(running, 0),
    waiting: integerOf(waiting, 0),
  }
}

/** @throws Malformed */
function readHello(message: unknown): { readonly type: HelloType; members: Members } {
  const reader = new ParcelReader(message)
  demand(reader.number() === 0, 'is no hello')
  const members = membersOf(reader.object())
  const { type } = members
  const isKnown = type === 'hello' || type === 'refused' || type === 'status'
  demand(isKnown && reader.isAtEnd, 'is no hello')
  return { type, members }
}

/** Whether one that comes only asks for the status. @throws Malformed when it is no hello */
export function isInquiry(message: unknown): boolean {
  return readHello(message).type === 'status'
}

/** What a client says first. @throws Malformed for anything else */
export function clientHelloOf(message: unknown): ClientHello {
  const { type, members } = readHello(message)
  demand(type !== 'refused', 'is no hello')
  const { secret, durability, quotaBytes, pid, thread } = members
  demand(durability === 'relaxed' || durability === 'strict', 'has an unknown durability')
  return {
    ...helloOf(members),
    secret: secret === null ? null : shortString(secret),
    durability,
    quotaBytes: quotaBytes === null ? null : integerOf(quotaBytes, 0),
    ...(pid !== undefined && { pid: integerOf(pid, 0) }),
    ...(thread !== undefined && { thread: integerOf(thread, 0) }),
  }
}

function helloOf({ protocol, version, formats, client }: Members): Hello {
  const [first, last] = listOf(protocol, (it) => integerOf(it, 1))
  const { value, file } = membersOf(formats)
  return {
    protocol: [integerOf(first, 1), integerOf(last, 1)],
    version: shortString(version),
    formats: { value: integerOf(value, 1), file: integerOf(file, 1) },
    client: clientId(client),
  }
}

function ownerPartOf({
  title,
  since,
  clients,
}: Members): Pick<OwnerHello, 'title' | 'since' | 'clients'> {
  return {
    title: title === null ? null : shortString(title),
    ...(since !== undefined && { since: shortString(since) }),
    clients: listOf(clients, clientId),
  }
}

/** It goes into messages for people. */
function shortString(value: unknown): string {
  const string = stringOf(value)
  demand(string.length <= 500, 'has too long a string')
  return string
}

/** The id of a thread, as an owner and its clients name it. @throws Malformed */
function clientId(value: unknown): string {
  const id = stringOf(value)
  demand(/^[\x21-\x7e]{16}$/.test(id), 'has an invalid client id')
  return id
}
