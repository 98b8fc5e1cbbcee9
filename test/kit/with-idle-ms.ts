type Options = typeof import('../../src/remote/options.ts')

/** The module `src/remote/options.ts`, in place of it: servers are to end transactions in which nothing has happened for that long. */
export function withIdleMs(options: Options, idleMs: number): Options {
  return {
    ...options,
    serverSettings(...given) {
      const settings = options.serverSettings(...given)
      return { ...settings, reaching: { ...settings.reaching, idleMs } }
    },
  }
}
