import { Interrupted } from './failures.ts'

/**
 * A signal that is aborted by the first Ctrl-C, or another signal that ends processes, so that a command can leave things in
 * order; the second ends the process. `message`: what the person should know then.
 */
export function interruption(message: string): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Interrupted(message, signal)))
  }
  return controller.signal
}

/**
 * What `work` gives. Once it was interrupted, it fails for that reason alone, whatever the interruption has made fail, unless it says
 * more of the interruption itself.
 */
export async function orInterrupted<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw signal.aborted && !(error instanceof Interrupted) ? signal.reason : error
  }
}
