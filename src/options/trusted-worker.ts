/**
 * Starting a worker on a page that demands Trusted Types (`require-trusted-types-for 'script'`): there the address of this
 * package's own script has to come from a policy, which the page may have to allow by its name.
 * https://w3c.github.io/trusted-types/dist/spec/
 */

/** As docs/browsers.md names it. */
const policyName = 'idb-everywhere'

/** The part of the platform that is used; Node's types lack it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown }
  isScriptURL(value: unknown): boolean
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }

/** null: none could be made, or none was needed yet. */
let policy: ReturnType<TrustedTypes['createPolicy']> | null = null

/** Whether the value is an address that one of the page's policies has allowed. */
export function isTrustedScriptUrl(value: unknown): boolean {
  return trustedTypes?.isScriptURL(value) ?? false
}

/**
 * The worker that `start` starts; where that is refused, the same worker with its address allowed by a policy. `start` must start
 * a worker of this package. Bundlers recognise and rewrite its `new Worker(…)`, so the address is known only by running it.
 * @throws what `start` has thrown, when there is no policy
 */
export function startTrusted(start: () => Worker): Worker {
  try {
    return start()
  } catch (error) {
    if (!trustedTypes || typeof Worker !== 'function') throw error
    const [address, options] = whatIsStarted(start)
    const trusted = trust(String(address))
    if (!trusted) throw error
    return new Worker(trusted, options)
  }
}

/** What `start` passes to `Worker`. */
function whatIsStarted(start: () => Worker): ConstructorParameters<typeof Worker> {
  const { Worker } = globalThis
  let given: ConstructorParameters<typeof Worker> = ['']
  // `new` calls the function, and gives the object that it returns.
  globalThis.Worker = function noteWhatIsGiven(...all: typeof given) {
    given = all
    return {}
  } as unknown as typeof Worker
  try {
    start()
  } finally {
    globalThis.Worker = Worker
  }
  return given
}

function trust(address: string): string | null {
  try {
    policy ??= trustedTypes?.createPolicy(policyName, { createScriptURL: (url) => url }) ?? null
    // The platform's types have only strings here.
    return policy && (policy.createScriptURL(address) as string)
  } catch {
    // The page allows no policy of that name, or no second one; the first refusal says what to do.
    return null
  }
}
