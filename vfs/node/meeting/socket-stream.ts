import type { Socket } from 'node:net'
import type { ByteStream } from '../../../src/files/vfs.ts'
import { read } from './read-buffer.ts'
import { clearTimeout, setTimeout } from '../../clock.ts'

/** How long a closed stream waits for the other end to take what was written. */
const longestEndingMs = 1000

/** The stream over a connected socket, which is its own from then on. It counts for the process's life as the socket does. */
export function streamOf(connected: Socket): ByteStream {
  const { socket, onData } = read(connected)
  // What goes wrong closes it, and that is told.
  socket.on('error', () => {})
  return {
    write(bytes) {
      if (!socket.destroyed && socket.writable) socket.write(bytes)
    },
    get unsentBytes() {
      return socket.writableLength
    },
    onData,
    onDrain: (listener) => void socket.on('drain', listener),
    onClose(listener) {
      if (socket.closed) queueMicrotask(listener)
      else socket.once('close', () => listener())
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => end(socket),
    ref: () => void socket.ref(),
    unref: () => void socket.unref(),
  }
}

/** Destroys it once what was written is sent: an end that no one reads would keep it open. */
function end(socket: Socket): void {
  if (socket.destroyed) return
  const timer = setTimeout(() => socket.destroy(), longestEndingMs)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
  socket.end(() => socket.destroy())
}
