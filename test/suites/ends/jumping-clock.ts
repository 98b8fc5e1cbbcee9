/**
 * Makes every clock of this process jump, back and forth, by up to a day, once in a few looks. To be loaded before all
 * else: the package takes its primitives when it loads.
 */
import { seededRandom } from '../../kit/history/random.ts'

const random = seededRandom(1)
const dayMs = 86_400_000
const looksPerJump = 20
let jumpCount = 0

/** How often a clock has jumped. */
export const jumps = (): number => jumpCount

function jumping(clock: () => number): () => number {
  let offsetMs = 0
  let looks = 0
  return () => {
    if (++looks % looksPerJump === 0) {
      offsetMs = random.below(2 * dayMs) - dayMs
      jumpCount++
    }
    return clock() + offsetMs
  }
}

Date.now = jumping(Date.now.bind(Date))
performance.now = jumping(performance.now.bind(performance))
