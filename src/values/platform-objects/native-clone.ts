/** The platform's own structured clone, as a judge of objects about which nothing else tells. Taken when the module loads. */
const clone = globalThis.structuredClone as typeof globalThis.structuredClone | undefined

/** Whether the platform refuses to clone `value`. Getters of its enumerable properties run. False where nothing tells. */
export function isRefusedByPlatform(value: object): boolean {
  try {
    clone?.(value)
    return false
  } catch (error) {
    return (error as { name?: unknown } | null)?.name === 'DataCloneError'
  }
}
