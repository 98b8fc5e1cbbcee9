/** The random load of members over changes of owner, many times. */
import { type LoadReport, RandomLoad } from '../../kit/shared/random-load.ts'

/** How a member that hears nothing more shows. */
const longestMs = 180_000

/** One load; rejects where it is stuck. */
export function survive(seed: number, handsOver: boolean): Promise<LoadReport> {
  const stuck = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`stuck: seed ${seed}`)), longestMs).unref()
  })
  return Promise.race([new RandomLoad({ seed, members: 4, each: 100, handsOver }).run(), stuck])
}
