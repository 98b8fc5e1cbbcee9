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

/** null: none could be made, or nobody has asked yet. */
let policy: ReturnType<TrustedTypes['createPolicy']> | null = null

/** Whether the value is an address that a policy of the page's has let pass. */
export function isTrustedScriptUrl(value: unknown): boolean {
  return trustedTypes?.isScriptURL(value) ?? false
}

/**
 * What `start` starts; where that is refused, the same worker with its address let pass by a policy. `start` must start one of
 * this package's own. Its `new Worker(…)` is what bundlers know, and write anew: only running it tells the address.
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

/** What `start` gives to `Worker`. */
function whatIsStarted(start: () => Worker): ConstructorParameters<typeof Worker> {
  const { Worker } = globalThis
  let given: ConstructorParameters<typeof Worker> = ['']
  // A function can be called by `new`, and what it returns is what that gives.
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
    // The page allows no policy of that name, or no second one: the refusal itself says what to do.
    return null
  }
}
