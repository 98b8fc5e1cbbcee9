/** Channels of `node:diagnostics_channel`, by the conventions of its `TracingChannel`. Nothing is published that nobody hears. */
import * as diagnostics from 'node:diagnostics_channel'
import type { Happening, HappeningKind, Witness } from '../../monitor/monitor.ts'

type TracingChannel = ReturnType<typeof diagnostics.tracingChannel>

const kinds = ['open', 'delete', 'transaction', 'request'] as const

/** null: the runtime has no such channels. */
export function channelWitness(): Witness | null {
  const { tracingChannel } = diagnostics as { tracingChannel?: typeof diagnostics.tracingChannel }
  return tracingChannel ? new ChannelWitness(tracingChannel) : null
}

/** Publishes on `tracing:idb-everywhere:transaction:start` and so on. */
class ChannelWitness implements Witness {
  readonly #channels: Readonly<Record<HappeningKind, TracingChannel>>

  constructor(tracingChannel: typeof diagnostics.tracingChannel) {
    const channels = kinds.map((kind) => [kind, tracingChannel(`idb-everywhere:${kind}`)])
    this.#channels = Object.fromEntries(channels) as Record<HappeningKind, TracingChannel> // Of each kind.
  }

  isAwake(kind: HappeningKind): boolean {
    const { start, asyncEnd, error } = this.#channels[kind]
    return start.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers
  }

  begun(happening: Happening): void {
    const { start, end } = this.#channels[happening.kind]
    start.publish(happening)
    end.publish(happening)
  }

  ended(happening: Happening): void {
    const { error, asyncStart, asyncEnd } = this.#channels[happening.kind]
    if (happening.error !== undefined) error.publish(happening)
    asyncStart.publish(happening)
    asyncEnd.publish(happening)
  }
}
