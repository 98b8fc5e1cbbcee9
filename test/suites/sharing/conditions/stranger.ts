/** One that connects to the owner's socket, and says what it likes. */
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { thisRelease } from '../../../../src/hosting/this-release.ts'
import { type ClientHello, ownerHelloOf, parcelOf } from '../../../../src/membership/hello.ts'
import { readAnswer, writeCall } from '../../../../src/port/codec.ts'
import type { Answer, Call } from '../../../../src/port/messages.ts'
import { type Parcel, ParcelReader, ParcelWriter } from '../../../../src/port/parcel.ts'
import { FrameReader } from '../../../../src/port/stream/frame-reader.ts'
import { frameOf } from '../../../../src/port/stream/frame.ts'
import type { Place } from './place.ts'

const longestFrameBytes = 1024 * 1024 * 1024

/** The client id of those who give none of their own. */
export const strangersId = 'a-stranger-to-us'

export class Stranger {
  readonly socket: net.Socket
  /** Resolves when the owner has hung up. */
  readonly closed: Promise<void>
  readonly #secret: string
  readonly #arrived: Parcel[] = []
  #wake = (): void => {}

  constructor(place: Place) {
    const claim = JSON.parse(readFileSync(join(place.path, 'owner.json'), 'utf8')) as Claim
    this.#secret = claim.wayIn.secret
    this.socket = net.connect(place.socket())
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()))
    const reader = new FrameReader(longestFrameBytes, (parcel) => {
      this.#arrived.push(parcel)
      this.#wake()
    })
    this.socket.on('data', (chunk) => reader.read(chunk))
  }

  /** Says hello, as a client of this release does but for `changes`. */
  sayHello(changes: Partial<ClientHello> = {}): void {
    const hello: ClientHello = {
      ...thisRelease,
      client: strangersId,
      secret: this.#secret,
      durability: 'relaxed',
      quotaBytes: null,
      ...changes,
    }
    this.#send(parcelOf('hello', hello) as Parcel)
  }

  /** Says hello, and is taken; gives the ids of those who are there. */
  async enter(changes: Partial<ClientHello> = {}): Promise<readonly string[]> {
    this.sayHello(changes)
    return ownerHelloOf(await this.#next()).owner.clients
  }

  call(...calls: readonly Call[]): void {
    const writer = new ParcelWriter()
    for (const call of calls) writeCall(call, writer)
    this.#send(writer.take().parcel)
  }

  /** Reads on, as a client does, until that number of answers of the type has come. */
  async readUntil(type: Answer['type'], count: number): Promise<void> {
    for (let left = count; left > 0; this.call({ type: 'ack', id: 0, parcels: 1 })) {
      const reader = new ParcelReader(await this.#next())
      while (!reader.isAtEnd) if (readAnswer(reader).type === type) left--
    }
  }

  async #next(): Promise<Parcel> {
    for (;;) {
      const parcel = this.#arrived.shift()
      if (parcel) return parcel
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #send(parcel: Parcel): void {
    for (const part of frameOf(parcel)) this.socket.write(part)
  }
}

interface Claim {
  readonly wayIn: { readonly secret: string }
}
