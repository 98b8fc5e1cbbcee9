import type { BrowserName } from '../../../kit/browsers.ts'
import type { Scene } from '../scene.ts'

/** A small script over several contexts; what they log has to be the same on every implementation. */
export interface Case {
  /** A claim. */
  readonly title: string
  /** One of those that run when time is short. */
  readonly isInShortForm?: boolean
  /** Browsers where the native implementation is no measure, since it is not the same each time or not as the other browser's, with the reason. */
  readonly unstableIn?: Partial<Readonly<Record<BrowserName, string>>>
  /** Lines that ours has to log where the native implementation is no measure; none: the case is left out there. */
  readonly ideal?: readonly string[]
  run(scene: Scene): Promise<void>
}
