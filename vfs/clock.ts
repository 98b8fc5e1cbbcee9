/** Clocks and timers, captured when the module loads: what a test framework puts in their place must not stop or mislead a VFS. */

const { Date: NativeDate, performance: nativePerformance } = globalThis

/** As `globalThis` has them. */
export const { setTimeout, clearTimeout } = globalThis

/** Milliseconds on a clock that never goes back. */
export const now: () => number = nativePerformance.now.bind(nativePerformance)

/** Milliseconds since 1970. */
export const timeOfDay: () => number = NativeDate.now

/** A time of day in words that every program reads. */
export function dateOf(timeMs: number): string {
  return new NativeDate(timeMs).toISOString()
}

/** Resolves after `ms`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
