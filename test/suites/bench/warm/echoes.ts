/** The least that a round trip costs on each way to an owner: an echo of 200 bytes. */
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'

const message = new Uint8Array(200)

export interface Echo {
  /** Resolves when the message has come back. */
  once(): Promise<void>
  close(): void
}

/** To a thread. */
export function echoOfThread(): Echo {
  const source = `const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (message) => parentPort.postMessage(message))`
  const worker = new Worker(source, { eval: true })
  return {
    once: () =>
      new Promise((resolve) => {
        worker.once('message', () => resolve())
        worker.postMessage(message)
      }),
    close: () => void worker.terminate(),
  }
}

/** To the process that listens at `path`. */
export function echoOfProcess(path: string): Echo {
  const socket = connect(path)
  let missing = 0
  let arrived = (): void => {}
  socket.on('data', ({ length }) => {
    missing -= length
    if (missing === 0) arrived()
  })
  return {
    once: () =>
      new Promise((resolve) => {
        arrived = resolve
        missing = message.length
        socket.write(message)
      }),
    close: () => socket.destroy(),
  }
}
