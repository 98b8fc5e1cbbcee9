/** Starting worker threads and hearing from them. */
import { Worker, type TransferListItem } from 'node:worker_threads'

/** What a worker of this suite is started with: a directory of its own, or a port to an owner. */
export interface WorkerStart {
  readonly path?: string
  readonly port?: MessagePort
  /** It waits for the store to be free, instead of keeping it. */
  readonly isPatient?: boolean
}

/** Starts one. Its errors are the process's own. */
export function startWorker(script: string, start: WorkerStart): Worker {
  // The platform's port and Node's are the same.
  const transferList = start.port ? [start.port as unknown as TransferListItem] : []
  return new Worker(script, { workerData: start, transferList })
}

/** Resolves when the worker sends that message. */
export function nextMessage(worker: Worker, expected: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      if (message !== expected) return
      worker.off('message', listen)
      resolve()
    }
    worker.on('message', listen)
  })
}
